# Collects what the checks of troubleshoot VERSION need of this computer, for somebody who helps.
# It reads event logs, keys of the registry and the output of programs of Windows, and writes only into a
# folder of its own. It changes nothing, contacts nobody, and never reads SAM or SECURITY.
# Run it as administrator for all of it; without, the Security log and some others are missing.
# Usage: powershell -ExecutionPolicy Bypass -File collect.ps1 [-Out FOLDER]
# Then, where troubleshoot is: troubleshoot --evidence server=FOLDER --code CODE
# Not collected, although checks ask for it: the registry key Winlogon, which may hold a password

param([string]$Out = '')
$ErrorActionPreference = 'Continue'
if ($Out -eq '') {
  $base = if ($PSScriptRoot) { $PSScriptRoot } else { (Get-Location).ProviderPath }
  $Out = Join-Path $base "evidence-$env:COMPUTERNAME"
}
if (Test-Path -LiteralPath $Out) { Write-Warning "$Out is there already: name another folder, or remove it."; exit 1 }
New-Item -ItemType Directory -Path $Out -ErrorAction Stop | Out-Null
$Out = (Resolve-Path -LiteralPath $Out).ProviderPath
$script:Missing = @()
$script:Query = @()
$admin = ([Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()).IsInRole(
  [Security.Principal.WindowsBuiltInRole]::Administrator)
if (-not $admin) { Write-Warning 'Not run as administrator: the Security log and some others will be missing.' }

function Save-Events([string]$Channel, [string]$File) {
  Write-Host "Event log $Channel"
  $arguments = @('epl', $Channel, (Join-Path $Out $File)) + $script:Query
  & wevtutil.exe $arguments 2>$null | Out-Null
  if ($LASTEXITCODE -ne 0) { $script:Missing += "event log $Channel" }
}
function Save-Key([string]$Key, [string]$File) {
  Write-Host "Registry $Key"
  & reg.exe export $Key (Join-Path $Out $File) /y 2>$null | Out-Null
  if ($LASTEXITCODE -ne 0) { $script:Missing += "registry key $Key (absent, or not to be read)" }
}

# Event logs
Save-Events 'Microsoft-Windows-Demo''s/Operational' '01-Demo-s-Operational.evtx'
Save-Events 'Security' '02-Security.evtx'
Save-Events 'System' '03-System.evtx'

# Registry
Save-Key 'HKEY_CURRENT_USER\Software\Demo''s client' '01-HKEY-CURRENT-USER-Software-Demo-s-client.reg'
Save-Key 'HKEY_LOCAL_MACHINE\SOFTWARE\Demo' '02-SOFTWARE-Demo.reg'
Save-Key 'HKEY_LOCAL_MACHINE\SOFTWARE\Policies' '03-SOFTWARE-Policies.reg'
Save-Key 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Terminal Server' '04-SYSTEM-CurrentControlSet-Control-Terminal-Server.reg'
Save-Key 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services' '05-SYSTEM-CurrentControlSet-Services.reg'

# Output of programs
& systeminfo.exe 2>&1 | Out-File -LiteralPath (Join-Path $Out 'systeminfo.txt') -Encoding utf8
& netstat.exe -ano 2>&1 | Out-File -LiteralPath (Join-Path $Out 'netstat.txt') -Encoding utf8
& sc.exe queryex type= all state= all 2>&1 | Out-File -LiteralPath (Join-Path $Out 'services.txt') -Encoding utf8
& tasklist.exe /v /fo csv 2>&1 | Out-File -LiteralPath (Join-Path $Out 'processes.csv') -Encoding utf8

# For the person who helps: troubleshoot does not read these
& ipconfig.exe /all 2>&1 | Out-File -LiteralPath (Join-Path $Out 'addresses.txt') -Encoding utf8
& sc.exe qc 'TermService' 2>&1 | Out-File -LiteralPath (Join-Path $Out 'service-01-TermService.txt') -Encoding utf8

if ($script:Missing.Count -gt 0) {
  $script:Missing | Out-File -LiteralPath (Join-Path $Out 'missing.txt') -Encoding utf8
  Write-Host "$($script:Missing.Count) parts are missing; they are listed in missing.txt there."
}
Write-Host "Done: $Out"
Write-Host 'Look through the folder before you hand it on: it names computers, accounts and addresses.'
