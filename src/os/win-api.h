/* os/win-api.h - functions of system libraries that the program is not linked with: loaded from System32 only, whatever lies
 * beside the exe (it is run from download folders, elevated), and replaceable by doubles in tests. */
#ifndef TS_OS_WIN_API_H
#define TS_OS_WIN_API_H

#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include <iphlpapi.h>
#include <lm.h>
#include <ncrypt.h>
#include <netioapi.h>
#include <ntsecapi.h>
#include <stdbool.h>
#include <wincrypt.h>
#define SECURITY_WIN32
#include <security.h>
#include <winevt.h>
#include <wtsapi32.h>

#define TS_WEVTAPI_FUNCTIONS(X)                                                                              \
	X(EvtQuery)                                                                                          \
	X(EvtNext)                                                                                           \
	X(EvtRender)                                                                                         \
	X(EvtClose)                                                                                          \
	X(EvtOpenLog)                                                                                        \
	X(EvtGetLogInfo)                                                                                     \
	X(EvtOpenChannelConfig)                                                                              \
	X(EvtGetChannelConfigProperty)                                                                       \
	X(EvtOpenChannelEnum)                                                                                \
	X(EvtNextChannelPath)

#define TS_IPHLPAPI_FUNCTIONS(X)                                                                             \
	X(GetExtendedTcpTable)                                                                               \
	X(GetExtendedUdpTable)                                                                               \
	X(GetAdaptersAddresses)                                                                              \
	X(GetIfEntry2)                                                                                       \
	X(GetIpForwardTable2)                                                                                \
	X(FreeMibTable)

#define TS_CRYPT32_FUNCTIONS(X)                                                                              \
	X(CertOpenStore)                                                                                     \
	X(CertCloseStore)                                                                                    \
	X(CertEnumSystemStore)                                                                               \
	X(CertEnumCertificatesInStore)                                                                       \
	X(CertFreeCertificateContext)                                                                        \
	X(CertGetCertificateContextProperty)                                                                 \
	X(CertCreateCertificateContext)                                                                      \
	X(CertAddEncodedCertificateToStore)                                                                  \
	X(CertGetCertificateChain)                                                                           \
	X(CertFreeCertificateChain)                                                                          \
	X(CryptHashCertificate)

#define TS_SECUR32_FUNCTIONS(X) X(InitSecurityInterfaceW)

#define TS_NCRYPT_FUNCTIONS(X)                                                                               \
	X(NCryptOpenStorageProvider)                                                                         \
	X(NCryptOpenKey)                                                                                     \
	X(NCryptGetProperty)                                                                                 \
	X(NCryptFreeObject)

#define TS_WTSAPI32_FUNCTIONS(X)                                                                             \
	X(WTSEnumerateSessionsW)                                                                             \
	X(WTSQuerySessionInformationW)                                                                       \
	X(WTSFreeMemory)

#define TS_NETAPI32_FUNCTIONS(X)                                                                             \
	X(NetUserEnum)                                                                                       \
	X(NetUserGetLocalGroups)                                                                             \
	X(NetLocalGroupEnum)                                                                                 \
	X(NetApiBufferFree)

#define TS_ADVAPI32_FUNCTIONS(X)                                                                             \
	X(OpenSCManagerW)                                                                                    \
	X(EnumServicesStatusExW)                                                                             \
	X(OpenServiceW)                                                                                      \
	X(QueryServiceConfigW)                                                                               \
	X(QueryServiceConfig2W)                                                                              \
	X(CloseServiceHandle)                                                                                \
	X(LsaOpenPolicy)                                                                                     \
	X(LsaEnumerateAccountsWithUserRight)                                                                 \
	X(LsaFreeMemory)                                                                                     \
	X(LsaNtStatusToWinError)                                                                             \
	X(LsaClose)

#define TS_API_FIELD(name) __typeof__(name) *name;
struct ts_wevtapi {
	TS_WEVTAPI_FUNCTIONS(TS_API_FIELD)
};
struct ts_iphlpapi {
	TS_IPHLPAPI_FUNCTIONS(TS_API_FIELD)
};
struct ts_crypt32 {
	TS_CRYPT32_FUNCTIONS(TS_API_FIELD)
};
struct ts_secur32 {
	TS_SECUR32_FUNCTIONS(TS_API_FIELD)
};
struct ts_ncrypt {
	TS_NCRYPT_FUNCTIONS(TS_API_FIELD)
};
struct ts_wtsapi32 {
	TS_WTSAPI32_FUNCTIONS(TS_API_FIELD)
};
struct ts_netapi32 {
	TS_NETAPI32_FUNCTIONS(TS_API_FIELD)
};
struct ts_advapi32 {
	TS_ADVAPI32_FUNCTIONS(TS_API_FIELD)
};

enum ts_win_library {
	TS_WIN_WEVTAPI,
	TS_WIN_IPHLPAPI,
	TS_WIN_CRYPT32,
	TS_WIN_SECUR32,
	TS_WIN_NCRYPT,
	TS_WIN_WTSAPI32,
	TS_WIN_NETAPI32,
	TS_WIN_ADVAPI32,
	TS_WIN_LIBRARIES
};

/* The library's functions: NULL where it or one of them is not there. Thread safe. */
const struct ts_wevtapi *ts_wevtapi(void);
const struct ts_iphlpapi *ts_iphlpapi(void);
const struct ts_crypt32 *ts_crypt32(void);
const struct ts_secur32 *ts_secur32(void);
const struct ts_ncrypt *ts_ncrypt(void);
const struct ts_wtsapi32 *ts_wtsapi32(void);
const struct ts_netapi32 *ts_netapi32(void);
const struct ts_advapi32 *ts_advapi32(void);

/* For tests: from now on these functions (a struct of that library); NULL = the system's again. Not while scans run. */
void ts_win_replace(enum ts_win_library library, const void *functions);
bool ts_win_is_replaced(enum ts_win_library library);
/* Is this Wine? Some of its libraries end the program, or answer nothing without saying so. */
bool ts_win_is_wine(void);

#endif
