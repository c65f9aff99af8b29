/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Intrusive doubly linked ring: "an object's state is the list it sits in". The head is a
 * struct list of its own; a link that is in no list points at itself. */
#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *prev, *next;
};

#define list_entry(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))
#define list_each(head, at) for (struct list *at = (head)->next; at != (head); at = at->next)

static inline void list_init(struct list *l) {
	l->prev = l->next = l;
}
static inline bool list_empty(const struct list *l) {
	return l->next == l;
}
static inline void list_remove(struct list *l) {
	l->prev->next = l->next;
	l->next->prev = l->prev;
	list_init(l);
}
static inline void list_append(struct list *head, struct list *l) {
	l->prev = head->prev;
	l->next = head;
	head->prev->next = l;
	head->prev = l;
}
static inline struct list *list_first(const struct list *head) {
	return list_empty(head) ? NULL : head->next;
}
