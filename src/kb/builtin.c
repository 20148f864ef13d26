/* kb/builtin.c - the knowledge base that is part of the program; script/embed.c has made its bytes an object. */
#include "kb/builtin.h"

extern const unsigned char ts_kb_data[], ts_kb_data_end[];

const unsigned char *ts_kb_builtin(size_t *n)
{
	*n = (size_t)(ts_kb_data_end - ts_kb_data);
	return ts_kb_data;
}
