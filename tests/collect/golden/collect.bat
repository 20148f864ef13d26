@echo off
rem Collects what the checks of troubleshoot VERSION need of this computer, for somebody who helps.
rem It reads event logs, keys of the registry and the output of programs of Windows, and writes only into a
rem folder of its own. It changes nothing, contacts nobody, and never reads SAM or SECURITY.
rem Run it as administrator for all of it; without, the Security log and some others are missing.
rem Usage: collect.bat [FOLDER]
rem Then, where troubleshoot is: troubleshoot --evidence server=FOLDER --code CODE
rem Not collected, although checks ask for it: the registry key Winlogon, which may hold a password

setlocal EnableExtensions DisableDelayedExpansion
set "OUT=%~1"
if "%OUT%"=="" set "OUT=%~dp0evidence-%COMPUTERNAME%"
if exist "%OUT%" (
  echo "%OUT%" is there already: name another folder, or remove it.
  exit /b 1
)
mkdir "%OUT%" || exit /b 1
set MISSING=0
set QUERY=
fltmc.exe >nul 2>&1 || echo Not run as administrator: the Security log and some others will be missing.

rem Event logs
call :events "Microsoft-Windows-Demo's/Operational" "01-Demo-s-Operational.evtx"
call :events "Security" "02-Security.evtx"
call :events "System" "03-System.evtx"

rem Registry
call :key "HKEY_CURRENT_USER\Software\Demo's client" "01-HKEY-CURRENT-USER-Software-Demo-s-client.reg"
call :key "HKEY_LOCAL_MACHINE\SOFTWARE\Demo" "02-SOFTWARE-Demo.reg"
call :key "HKEY_LOCAL_MACHINE\SOFTWARE\Policies" "03-SOFTWARE-Policies.reg"
call :key "HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Terminal Server" "04-SYSTEM-CurrentControlSet-Control-Terminal-Server.reg"
call :key "HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services" "05-SYSTEM-CurrentControlSet-Services.reg"

rem Output of programs
systeminfo.exe > "%OUT%\systeminfo.txt" 2>&1
netstat.exe -ano > "%OUT%\netstat.txt" 2>&1
sc.exe queryex type= all state= all > "%OUT%\services.txt" 2>&1
tasklist.exe /v /fo csv > "%OUT%\processes.csv" 2>&1

rem For the person who helps: troubleshoot does not read these
ipconfig.exe /all > "%OUT%\addresses.txt" 2>&1
sc.exe qc "TermService" > "%OUT%\service-01-TermService.txt" 2>&1

echo.
echo Done: "%OUT%"
if not "%MISSING%"=="0" echo %MISSING% parts are missing; they are listed in missing.txt there.
echo Look through the folder before you hand it on: it names computers, accounts and addresses.
exit /b 0

:events
echo Event log "%~1"
wevtutil.exe epl "%~1" "%OUT%\%~2" %QUERY% >nul 2>&1 || call :miss "event log %~1"
exit /b 0

:key
echo Registry "%~1"
reg.exe export "%~1" "%OUT%\%~2" /y >nul 2>&1 || call :miss "registry key %~1 (absent, or not to be read)"
exit /b 0

:miss
set /a MISSING+=1
>>"%OUT%\missing.txt" echo "%~1"
exit /b 0
