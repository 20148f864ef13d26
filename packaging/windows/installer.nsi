; installer.nsi - installs for one person, without administrator's rights. packaging/windows/make-installer gives VERSION, FILES, ICON, OUT,
; DELETIONS (a Delete for each licence).
; Silent: troubleshoot-VERSION-setup.exe /S [/D=FOLDER], and "FOLDER\uninstall.exe" /S.
Unicode true
Target amd64-unicode
RequestExecutionLevel user
SetCompressor /SOLID lzma
SetDateSave off
ManifestSupportedOS all
ManifestDPIAware true

!include LogicLib.nsh
!include WinMessages.nsh

!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\troubleshoot"

Name "troubleshoot"
OutFile "${OUT}"
Icon "${ICON}"
UninstallIcon "${ICON}"
InstallDir "$LOCALAPPDATA\Programs\troubleshoot"
InstallDirRegKey HKCU "${KEY}" "InstallLocation"
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "troubleshoot"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "installs troubleshoot for this person"
VIAddVersionKey "LegalCopyright" "MIT License"

Page directory
Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

Var path   ; the person's PATH as it stands in the registry, its variables not replaced
Var type   ; of the value: 1 REG_SZ, 2 REG_EXPAND_SZ, 0 = there is none
Var known  ; 1 = $path is the whole value
Var rest

; A string here holds less than 1,024 characters; a longer PATH would be cut off, so it is left as it is.
!macro pathfunctions un
Function ${un}ReadPath
	StrCpy $path ""
	StrCpy $type 0
	StrCpy $known 1
	; HKEY_CURRENT_USER; RRF_RT_REG_SZ, RRF_RT_REG_EXPAND_SZ, RRF_NOEXPAND
	System::Call 'advapi32::RegGetValueW(p -2147483647, w "Environment", w "Path", i 0x10000006, *i .r1, p 0, *i .r2) i .r0'
	${If} $0 = 2 ; ERROR_FILE_NOT_FOUND
		Return
	${EndIf}
	StrLen $3 $INSTDIR
	IntOp $4 $3 * 2
	IntOp $4 $4 + $2 ; bytes, with the one that is added
	${If} $0 <> 0
	${OrIf} $4 > 2000
		StrCpy $known 0
		Return
	${EndIf}
	StrCpy $type $1
	ReadRegStr $path HKCU "Environment" "Path"
FunctionEnd

Function ${un}WritePath
	${If} $type = 1
		WriteRegStr HKCU "Environment" "Path" $path
	${Else}
		WriteRegExpandStr HKCU "Environment" "Path" $path
	${EndIf}
	SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=500
FunctionEnd

; $path without the folder: into $rest. $0 = how often it was there.
Function ${un}WithoutFolder
	StrCpy $0 0
	StrCpy $rest ""
	StrCpy $1 $path
	StrCpy $6 1 ; first segment
	${Do}
		; $2 = the next segment, $1 = what comes after it
		StrCpy $3 0
		${Do}
			StrCpy $4 $1 1 $3
			${If} $4 == ""
			${OrIf} $4 == ";"
				${ExitDo}
			${EndIf}
			IntOp $3 $3 + 1
		${Loop}
		StrCpy $2 $1 $3
		IntOp $5 $3 + 1
		StrCpy $1 $1 "" $5
		${If} $2 == $INSTDIR
		${OrIf} $2 == "$INSTDIR\"
			IntOp $0 $0 + 1
		${ElseIf} $6 = 1
			StrCpy $rest $2
			StrCpy $6 0
		${Else}
			StrCpy $rest "$rest;$2"
		${EndIf}
	${LoopUntil} $4 == ""
FunctionEnd
!macroend
!insertmacro pathfunctions ""
!insertmacro pathfunctions "un."

Section
	SetOutPath "$INSTDIR"
	File "${FILES}\troubleshoot.exe"
	File "${FILES}\README.txt"
	File "${FILES}\LICENSE.txt"
	File "${FILES}\troubleshoot-completion.ps1"
	SetOutPath "$INSTDIR\licences"
	File "${FILES}\licences\*.txt"
	SetOutPath "$INSTDIR"
	WriteUninstaller "$INSTDIR\uninstall.exe"
	CreateShortcut "$SMPROGRAMS\troubleshoot.lnk" "$INSTDIR\troubleshoot.exe"

	WriteRegStr HKCU "${KEY}" "DisplayName" "troubleshoot"
	WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
	WriteRegStr HKCU "${KEY}" "Publisher" "the troubleshoot developers"
	WriteRegStr HKCU "${KEY}" "DisplayIcon" "$INSTDIR\troubleshoot.exe"
	WriteRegStr HKCU "${KEY}" "InstallLocation" "$INSTDIR"
	WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
	WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
	WriteRegDWORD HKCU "${KEY}" "NoModify" 1
	WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
	SectionGetSize 0 $0
	WriteRegDWORD HKCU "${KEY}" "EstimatedSize" $0

	Call ReadPath
	${If} $known = 0
		DetailPrint "PATH is too long to be changed safely; add $INSTDIR to it yourself."
	${Else}
		Call WithoutFolder
		${If} $0 = 0
			${If} $path == ""
				StrCpy $path $INSTDIR
			${Else}
				StrCpy $1 $path 1 -1
				${If} $1 == ";"
					StrCpy $path "$path$INSTDIR"
				${Else}
					StrCpy $path "$path;$INSTDIR"
				${EndIf}
			${EndIf}
			Call WritePath
		${EndIf}
	${EndIf}
SectionEnd

Section "Uninstall"
	; Only what was installed: whatever a person has put beside it stays.
	Delete "$INSTDIR\troubleshoot.exe"
	${If} ${FileExists} "$INSTDIR\troubleshoot.exe"
		SetErrorLevel 1
		Abort "troubleshoot.exe is running; close it first."
	${EndIf}
	Delete "$INSTDIR\README.txt"
	Delete "$INSTDIR\LICENSE.txt"
	Delete "$INSTDIR\troubleshoot-completion.ps1"
	!include "${DELETIONS}"
	RMDir "$INSTDIR\licences"
	Delete "$INSTDIR\uninstall.exe"
	RMDir "$INSTDIR"
	Delete "$SMPROGRAMS\troubleshoot.lnk"
	DeleteRegKey HKCU "${KEY}"

	Call un.ReadPath
	${If} $known = 1
	${AndIf} $type <> 0
		Call un.WithoutFolder
		${If} $0 > 0
			StrCpy $path $rest
			${If} $path == ""
				DeleteRegValue HKCU "Environment" "Path"
				SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=500
			${Else}
				Call un.WritePath
			${EndIf}
		${EndIf}
	${EndIf}
SectionEnd
