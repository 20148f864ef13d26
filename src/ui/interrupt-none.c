/* ui/interrupt-none.c - a system without signals: Ctrl-C ends the program. */
#include "ui/guide.h"

void ts_progress_interrupts(struct ts_session *s)
{
	(void)s;
}
