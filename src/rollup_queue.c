/*
 * rollup_queue.c
 *	  Values on their way into their cells.
 *
 * In a large hierarchy every row misses the cache three times: at the dictionary's
 * slot, at its unit, and at the cell; each tells where the next one is.  An aggregate
 * therefore lets rows wait in a ring, and takes a row one step on for every STEP rows
 * that come after it: by then what it asked for has arrived, and the waits of many
 * rows overlap.  Sums do not depend on the order, so nobody notices, as long as the
 * ring is drained before a state is read.
 *
 * Only small values of short codes take this way.
 */
#include "rollup.h"

#define RING		32			/* a power of two, above 3 * STEP */
#define STEP		8

typedef struct waiting
{
	gov_rollup *state;			/* NULL if it was forgotten */
	int64		value;
	uint32		hash;
	uint32		id;
	uint16		scale;
	uint16		len;
	char		code[GOV_QUEUED_CODE];
} waiting;

struct gov_queue
{
	gov_tree   *tree;
	uint32		entered;		/* rows that came, */
	uint32		probed;			/* whose unit was asked for, */
	uint32		resolved;		/* whose cell was asked for, */
	uint32		done;			/* and that are in it; counted modulo 2^32 */
	waiting		ring[RING];
};

gov_queue *
gov_queue_create(MemoryContext context, gov_tree *tree)
{
	gov_queue  *queue = MemoryContextAllocZero(context, sizeof(gov_queue));

	queue->tree = tree;
	return queue;
}

static inline void
probe_one(gov_queue *queue)
{
	gov_tree_prefetch_unit(queue->tree, queue->ring[queue->probed++ % RING].hash);
}

static inline void
resolve_one(gov_queue *queue)
{
	waiting    *w = &queue->ring[queue->resolved % RING];

	if (w->state != NULL)
	{
		w->id = gov_tree_enter_hashed(queue->tree, w->code, w->len, w->hash);
		gov_rollup_prefetch(w->state, w->id);
	}
	queue->resolved++;
}

static inline void
finish(const waiting *w)
{
	if (w->state != NULL)
		gov_rollup_add_small(w->state, w->id, w->value, w->scale);
}

void
gov_queue_push(gov_queue *queue, gov_rollup *state, const char *code, int len, int64 value, int scale)
{
	waiting    *w = &queue->ring[queue->entered % RING];

	w->state = state;
	w->value = value;
	w->hash = gov_tree_hash(code, len);
	w->scale = scale;
	w->len = len;
	memcpy(w->code, code, len);
	gov_tree_prefetch_slot(queue->tree, w->hash);
	queue->entered++;
	if (queue->entered - queue->probed > STEP)
		probe_one(queue);
	if (queue->entered - queue->resolved > 2 * STEP)
		resolve_one(queue);
	if (queue->entered - queue->done > 3 * STEP)
		finish(&queue->ring[queue->done++ % RING]); /* an error ends the aggregate */
}

/*
 * All rows go into their cells.  One that raises an error stays: who catches it and reads
 * again must meet it again, not a sum without it.
 */
void
gov_queue_drain(gov_queue *queue)
{
	while (queue->resolved != queue->entered)
		resolve_one(queue);
	for (; queue->done != queue->entered; queue->done++)
		finish(&queue->ring[queue->done % RING]);
	queue->probed = queue->entered;
}

/* The states of that context are about to go. */
void
gov_queue_forget(gov_queue *queue, MemoryContext context)
{
	for (uint32 i = queue->done; i != queue->entered; i++)
	{
		waiting    *w = &queue->ring[i % RING];

		if (w->state != NULL && gov_rollup_context(w->state) == context)
			w->state = NULL;
	}
}
