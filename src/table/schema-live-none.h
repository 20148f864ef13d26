/* table/schema-live-none.h - tables of Windows are nowhere else live. */
#ifndef TS_TABLE_SCHEMA_LIVE_H
#define TS_TABLE_SCHEMA_LIVE_H

#define TS_WINDOWS(name) NULL

#endif
