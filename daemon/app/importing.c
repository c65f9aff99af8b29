/* SPDX-License-Identifier: Apache-2.0 */
#include "app/importing.h"

#include <stdlib.h>

#include "app/calls.h"
#include "app/house.h"
#include "app/import.h"
#include "app/render.h"

#include "base/banned.h"

struct importing {
	uv_work_t work;
	struct request *request;
	db_done *done;
	struct buf rows, faults;
	struct why why;
	enum err err;
};

static void rows_read(uv_work_t *work) {
	struct importing *i = work->data;
	i->err = import_parse(i->request->http->body, &i->rows, &i->faults, &i->why);
}

static void rows_known(uv_work_t *work, int status) {
	struct importing *i = work->data;
	(void)status; /* nothing cancels it */
	if (i->err) {
		render_problem(i->request, &i->why, i->faults.p ? i->faults.p : "");
	} else {
		i->request->body = buf_str(&i->rows);
		calls_submit(i->request, i->done, i->request);
	}
	buf_clear(&i->rows);
	buf_clear(&i->faults);
	free(i);
}

void importing_begin(struct request *q, db_done *done) {
	struct importing *i = calloc(1, sizeof *i);
	if (!i)
		abort();
	i->request = q;
	i->done = done;
	i->work.data = i;
	if (uv_queue_work(q->house->loop, &i->work, rows_read, rows_known))
		abort();
}
