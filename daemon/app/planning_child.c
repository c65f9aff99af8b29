/* SPDX-License-Identifier: Apache-2.0 */
#include "app/planning_child.h"

#include <assert.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"

#include "base/banned.h"

enum { PIPES = 4, INPUT = 0, OUTPUT = 1, ERRORS = 2, DOCUMENT = 3 };
enum { READ_OCTETS = 64 * 1024, REASON = 240 };
#define PROGRAM "atelier-plan"

struct child {
	uv_process_t process;
	uv_pipe_t pipes[PIPES]; /* our ends, by the descriptor of the other end */
	uv_timer_t timer;       /* its time, then the grace it has, then its pipes' lingering */
	uv_write_t writes[PIPES];
	unsigned handles; /* not closed yet */
	struct child_task task;
	struct child_end end;
	uint64_t cpu_ms, memory, output_most;
	bool tried, started, exited, late, killed, over, reading[PIPES];
	int64_t status;
	int signal;
	size_t says;           /* octets on standard error */
	char line[CHILD_LINE]; /* of standard error, as far as it has come */
	size_t line_n;         /* over CHILD_LINE: it is too long and goes unread */
	char told[CHILD_LINE]; /* the newest line of JSON, not told yet */
	size_t told_n;
	char reason[REASON + 1]; /* the first line that is no JSON */
	char last[REASON + 1];   /* the last one */
	char octets[READ_OCTETS];
};

/* -- how it ended -- */

static void fault(struct child *c, enum err kind, const char *what) {
	(void)err_set(&c->end.why, kind, NULL, "%s%s%s", what, *c->reason ? " It said: " : "",
	              c->reason);
	c->end.err = kind;
}

static void fault_of_signal(struct child *c) {
	char what[200];
	if (c->signal == SIGXCPU)
		(void)snprintf(what, sizeof what,
		               "The planner has used the %" PRIu64
		               " s of CPU time that plan.cpu_time allows.",
		               c->cpu_ms / 1000);
	else if (c->signal == SIGABRT || c->signal == SIGSEGV || c->signal == SIGBUS)
		(void)snprintf(what, sizeof what,
		               "The planner broke down (signal %d); most often the %" PRIu64
		               " MiB of memory that plan.memory allows were not enough.",
		               c->signal, c->memory >> 20);
	else
		(void)snprintf(what, sizeof what,
		               "The planner was killed (signal %d), by somebody or for lack of memory.",
		               c->signal);
	fault(c, ERR_INTERNAL, what);
}

/* What ended it, in the order in which one explains the other. */
static void fault_of(struct child *c) {
	char what[200];
	if (c->end.err)
		return;
	if (c->over && c->says > CHILD_SAYS) {
		(void)snprintf(what, sizeof what,
		               "The planner said more on standard error than the %d MiB that are listened "
		               "to, and was ended.",
		               CHILD_SAYS >> 20);
		fault(c, ERR_INTERNAL, what);
	} else if (c->over) {
		fault(c, ERR_INTERNAL,
		      "The planner's answer is longer than plan.output_size allows, and it was ended.");
	} else if (c->late && c->signal) {
		(void)snprintf(what, sizeof what,
		               "The planner took longer than the %" PRIu64
		               " s that %s allows and was ended.",
		               c->task.time_ms / 1000, c->task.time_setting);
		fault(c, ERR_UNAVAILABLE, what);
	} else if ((c->killed || c->end.stopped) && c->signal) {
		fault(c, ERR_UNAVAILABLE, "The planner was stopped before it had an answer.");
	} else if (c->signal) {
		fault_of_signal(c);
	} else if (c->status == 2) {
		fault(c, ERR_INVALID, "The planner cannot work with what it was given.");
	} else if (c->status) {
		(void)snprintf(what, sizeof what, "The planner failed with exit status %" PRId64 ".",
		               c->status);
		fault(c, ERR_INTERNAL, what);
	}
}

static void closed(uv_handle_t *handle) {
	struct child *c = handle->data;
	if (--c->handles)
		return;
	fault_of(c);
	c->end.said = c->last;
	c->task.ended(&c->end, c->task.ctx);
	buf_clear(&c->end.output);
	free(c);
}

static void close_all(struct child *c) {
	if (uv_is_closing((uv_handle_t *)&c->timer))
		return;
	uv_close((uv_handle_t *)&c->timer, closed);
	if (c->tried)
		uv_close((uv_handle_t *)&c->process, closed);
	else
		c->handles--;
	for (int i = 0; i < PIPES; i++)
		if (!uv_is_closing((uv_handle_t *)&c->pipes[i]))
			uv_close((uv_handle_t *)&c->pipes[i], closed);
}

static void lingered(uv_timer_t *timer) {
	close_all(timer->data); /* somebody else holds its pipes open */
}

static void may_end(struct child *c) {
	if (c->exited && !c->reading[OUTPUT] && !c->reading[ERRORS])
		close_all(c);
}

static void exited(uv_process_t *process, int64_t status, int signal) {
	struct child *c = process->data;
	c->exited = true;
	c->status = status;
	c->signal = signal;
	(void)uv_timer_start(&c->timer, lingered, CHILD_LINGER_MS, 0);
	may_end(c);
}

/* -- being asked to end -- */

void child_kill(struct child *c) {
	c->killed = true;
	if (c->started && !c->exited)
		(void)uv_process_kill(&c->process, SIGKILL);
}

static void grace_ended(uv_timer_t *timer) {
	child_kill(timer->data);
}

static void time_ended(uv_timer_t *timer) {
	struct child *c = timer->data;
	c->late = true;
	child_kill(c);
}

void child_stop(struct child *c) {
	if (c->end.stopped || !c->started || c->exited)
		return;
	c->end.stopped = true;
	(void)uv_process_kill(&c->process, SIGTERM);
	(void)uv_timer_start(&c->timer, grace_ended, CHILD_GRACE_MS, 0);
}

/* -- what it says -- */

/* For people and for the database: UTF-8 without controls, without our own name before it. */
static void keep_words(char ret[REASON + 1], struct str line) {
	struct str name = STR(PROGRAM " "), rest = line;
	if (str_starts(line, name)) {
		(void)str_cut(&rest, ':');
		line = rest.p ? rest : line;
	}
	line = str_trim(line);
	bool text = str_utf8(line);
	size_t n = line.n < REASON ? line.n : REASON;
	for (size_t i = 0; i < n; i++) {
		unsigned char o = (unsigned char)line.p[i];
		ret[i] = (o < ' ' || o == 0x7f || (o > 0x7f && !text)) ? '?' : line.p[i];
	}
	ret[n] = '\0';
	str_trim_partial(ret);
}

static void line_ended(struct child *c) {
	struct str line = {c->line, c->line_n};
	c->line_n = 0;
	if (line.n > CHILD_LINE || line.n == 0)
		return;
	if (*line.p == '{') {
		memcpy(c->told, line.p, line.n);
		c->told_n = line.n;
	} else {
		keep_words(c->last, line);
		if (!*c->reason)
			keep_words(c->reason, line);
	}
}

static void says(struct child *c, const char *p, size_t n) {
	c->says += n;
	for (const char *end = p + n, *at; p < end; p = at) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		size_t part = (size_t)((newline ? newline : end) - p);
		if (c->line_n + part <= CHILD_LINE)
			memcpy(c->line + c->line_n, p, part);
		c->line_n = c->line_n + part <= CHILD_LINE ? c->line_n + part : CHILD_LINE + 1;
		at = newline ? newline + 1 : end;
		if (newline)
			line_ended(c);
	}
	if (c->told_n && c->task.said)
		c->task.said((struct str){c->told, c->told_n}, c->task.ctx);
	c->told_n = 0;
}

static void reading(uv_handle_t *handle, size_t suggested, uv_buf_t *ret) {
	struct child *c = handle->data;
	(void)suggested;
	*ret = uv_buf_init(c->octets, READ_OCTETS);
}

static void has_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
	struct child *c = stream->data;
	int which = stream == (uv_stream_t *)&c->pipes[OUTPUT] ? OUTPUT : ERRORS;
	if (n == 0)
		return;
	if (n < 0) {
		(void)uv_read_stop(stream);
		c->reading[which] = false;
		if (which == ERRORS)
			says(c, "\n", 1);
		may_end(c);
		return;
	}
	if (which == ERRORS)
		says(c, buf->base, (size_t)n);
	else if (!c->over)
		buf_add(&c->end.output, buf->base, (size_t)n);
	if (!c->over && (c->end.output.n > c->output_most || c->says > CHILD_SAYS)) {
		c->over = true;
		child_kill(c);
	}
}

/* -- what it is given -- */

/* It may end without having read all of it: how it ended says more than that. */
static void given(uv_write_t *write, int status) {
	uv_handle_t *pipe = (uv_handle_t *)write->handle;
	(void)status;
	if (!uv_is_closing(pipe))
		uv_close(pipe, closed);
}

static void give(struct child *c, int which, struct str octets) {
	uv_buf_t buf = {.len = octets.n};
	/* libuv's buffers are not const; nothing writes to them. */
	memcpy(&buf.base, &octets.p, sizeof octets.p);
	if (uv_write(&c->writes[which], (uv_stream_t *)&c->pipes[which], &buf, 1, given) != 0)
		uv_close((uv_handle_t *)&c->pipes[which], closed);
}

/* -- the beginning -- */

bool child_program(const struct conf *conf, char *ret, size_t room) {
	/* Beside the daemon, as installed with it, as built with it. */
	static const char *const from_here[] = {"", "/../bin", "/.."};
	char here[1024];
	size_t n = sizeof here;
	if (*conf->plan_planner) {
		(void)snprintf(ret, room, "%s", conf->plan_planner);
		return true;
	}
	if (uv_exepath(here, &n) == 0 && strrchr(here, '/')) {
		*strrchr(here, '/') = '\0';
		for (size_t i = 0; i < sizeof from_here / sizeof *from_here; i++) {
			(void)snprintf(ret, room, "%s%s/" PROGRAM, here, from_here[i]);
			if (access(ret, X_OK) == 0)
				return true;
		}
	}
	(void)snprintf(ret, room, "%s", ATELIER_BINDIR "/" PROGRAM);
	return access(ret, X_OK) == 0;
}

uint64_t child_cpu_ms(void) {
	struct rusage used;
	if (getrusage(RUSAGE_CHILDREN, &used) != 0)
		return 0;
	return (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000
	       + (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
}

static void not_started(struct child *c, const char *program, const char *why) {
	c->end.err = err_set(
		&c->end.why, ERR_UNAVAILABLE, NULL,
		"The planner %.200s cannot be started: %s; set plan.planner to where it is.", program, why);
	close_all(c);
}

/* The child's ends of its pipes, ours opened; or a libuv error with nothing left open. */
static int open_pipes(struct child *c, int theirs[PIPES], int n) {
	for (int i = 0; i < n; i++) {
		bool reads = i == OUTPUT || i == ERRORS; /* we do */
		uv_file ends[2];
		int e = uv_pipe(ends, reads ? UV_NONBLOCK_PIPE : 0, reads ? 0 : UV_NONBLOCK_PIPE);
		if (e == 0) {
			theirs[i] = ends[reads];
			e = uv_pipe_open(&c->pipes[i], ends[!reads]);
			if (e)
				(void)close(ends[!reads]);
		}
		if (e)
			return e;
	}
	return 0;
}

static int spawn(struct child *c, char *program, const struct conf *conf) {
	char limits[128], *arguments[CHILD_ARGUMENTS + 4] = {PROGRAM, "--limits", limits}, *none = NULL;
	int theirs[PIPES] = {-1, -1, -1, -1}, n = c->task.document.p ? PIPES : DOCUMENT;
	uv_stdio_container_t stdio[PIPES];
	(void)snprintf(limits, sizeof limits, "cpu=%" PRIu64 ",memory=%" PRIu64 ",nice=%" PRId64,
	               (conf->plan_cpu_time + 999) / 1000, conf->plan_memory, conf->plan_nice);
	for (size_t i = 0; c->task.arguments[i]; i++) {
		assert(i < CHILD_ARGUMENTS);
		memcpy(&arguments[3 + i], &c->task.arguments[i], sizeof *arguments); /* not written to */
	}
	int e = open_pipes(c, theirs, n);
	c->tried = !e;
	for (int i = 0; i < n; i++)
		stdio[i] = (uv_stdio_container_t){.flags = UV_INHERIT_FD, .data.fd = theirs[i]};
	if (!e)
		e = uv_spawn(c->timer.loop, &c->process,
		             &(uv_process_options_t){
						 .file = program,
						 .args = arguments,
						 .env = &none,
						 .exit_cb = exited,
						 .stdio = stdio,
						 .stdio_count = n,
					 });
	for (int i = 0; i < n; i++)
		if (theirs[i] >= 0)
			(void)close(theirs[i]);
	return e;
}

static void begin(struct child *c) {
	c->started = true;
	give(c, INPUT, c->task.instance);
	if (c->task.document.p)
		give(c, DOCUMENT, c->task.document);
	for (int i = OUTPUT; i <= ERRORS; i++)
		c->reading[i] = uv_read_start((uv_stream_t *)&c->pipes[i], reading, has_read) == 0;
	if (c->task.time_ms)
		(void)uv_timer_start(&c->timer, time_ended, c->task.time_ms, 0);
}

struct child *child_start(uv_loop_t *loop, const struct conf *conf, const struct child_task *task) {
	struct child *c = calloc(1, sizeof *c);
	char program[2048];
	if (!c || uv_timer_init(loop, &c->timer))
		abort();
	c->task = *task;
	c->cpu_ms = conf->plan_cpu_time;
	c->memory = conf->plan_memory;
	c->output_most = conf->plan_output_size;
	c->handles = PIPES + 2;
	c->timer.data = c->process.data = c;
	for (int i = 0; i < PIPES; i++) {
		(void)uv_pipe_init(loop, &c->pipes[i], 0);
		c->pipes[i].data = c;
	}
	if (!child_program(conf, program, sizeof program)) {
		not_started(c, program, "there is no such program");
		return c;
	}
	int e = spawn(c, program, conf);
	if (e)
		not_started(c, program, uv_strerror(e));
	else
		begin(c);
	return c;
}
