/* out/graph.h - an entry as a picture: its questions, causes and ways, as Graphviz DOT, as Mermaid, or as SVG. */
#ifndef TS_OUT_GRAPH_H
#define TS_OUT_GRAPH_H

#include "base/buf.h"
#include "engine/session.h"
#include "kb/entry.h"

/* A picture of the entry. s: the session whose walk is marked; NULL = none. Nodes of other entries that a way leads to
 * are shown as single boxes. */
void ts_graph_dot(const struct ts_entry *e, const struct ts_session *s, struct ts_buf *out);
void ts_graph_mermaid(const struct ts_entry *e, const struct ts_session *s, struct ts_buf *out);
void ts_graph_svg(const struct ts_entry *e, const struct ts_session *s, struct ts_buf *out);

#endif
