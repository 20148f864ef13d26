/* table/schema-live-win32.h - tables of Windows are live on Windows. */
#ifndef TS_TABLE_SCHEMA_LIVE_H
#define TS_TABLE_SCHEMA_LIVE_H

#define TS_WINDOWS(name) ts_fill_##name

#endif
