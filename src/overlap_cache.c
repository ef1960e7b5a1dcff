/*
 * overlap_cache.c
 *	  Keeps large operands with their index for the length of a transaction, so that a
 *	  join reads each once, whichever side it loops over.
 *
 * A value out of line is known by its place in the TOAST table, without fetching it.
 * That is enough within a transaction: a place is not used again while any snapshot may
 * see it, and then only when the counter of four thousand million has come round. Any
 * other value is known by its bytes, all of them.
 *
 * The least recently used operands go when governance.overlap_cache is exceeded; one
 * that is larger than that by itself is used and not kept.
 */
#include "overlap.h"

#include <limits.h>

#include "access/detoast.h"
#include "common/hashfn.h"
#include "lib/ilist.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

int			gov_overlap_cache = 256 * 1024;

typedef struct CacheKey
{
	Oid			relation;		/* the TOAST table, or 0 */
	uint32		value;			/* identifier there, or hash of the bytes */
	uint32		size;
} CacheKey;

typedef struct CacheEntry
{
	CacheKey	key;			/* first, for dynahash */
	GovOperand *operand;
	struct varlena *bytes;		/* of a value that is not out of line */
	Size		memory;
	dlist_node	use;			/* the latest first */
} CacheEntry;

typedef struct Cache
{
	MemoryContext context;
	MemoryContextCallback callback;
	HTAB	   *entries;
	dlist_head	uses;
	Size		memory;
} Cache;

static Cache *cache = NULL;

static void
forget_cache(void *arg)
{
	cache = NULL;
}

static void
make_cache(void)
{
	MemoryContext context = AllocSetContextCreate(TopTransactionContext, "governance overlap cache",
												  ALLOCSET_SMALL_SIZES);
	Cache	   *made = MemoryContextAllocZero(context, sizeof(Cache));
	HASHCTL		control = {.keysize = sizeof(CacheKey), .entrysize = sizeof(CacheEntry), .hcxt = context};

	made->context = context;
	made->entries = hash_create("governance overlap cache", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	dlist_init(&made->uses);
	made->callback.func = forget_cache;
	MemoryContextRegisterResetCallback(context, &made->callback);
	cache = made;
}

/* A few pieces of the value tell most apart; all bytes are compared afterwards. */
static uint32
hash_value(const struct varlena *value, Size size)
{
	const unsigned char *bytes = (const unsigned char *) value;
	uint32		hash = hash_bytes(bytes, (int) Min(size, 512));

	if (size > 1024)
	{
		hash = hash_combine(hash, hash_bytes(bytes + size / 2, 256));
		hash = hash_combine(hash, hash_bytes(bytes + size - 256, 256));
	}
	return hash;
}

static CacheKey
key_of(struct varlena *datum)
{
	CacheKey	key;

	if (VARATT_IS_EXTERNAL_ONDISK(datum))
	{
		struct varatt_external pointer;

		VARATT_EXTERNAL_GET_POINTER(pointer, datum);
		key.relation = pointer.va_toastrelid;
		key.value = pointer.va_valueid;
		key.size = (uint32) pointer.va_rawsize;
	}
	else
	{
		key.relation = InvalidOid;
		key.size = (uint32) VARSIZE_ANY(datum);
		key.value = hash_value(datum, key.size);
	}
	return key;
}

static void
evict(CacheEntry *entry)
{
	cache->memory -= entry->memory;
	dlist_delete(&entry->use);
	MemoryContextDelete(entry->operand->context);
	hash_search(cache->entries, &entry->key, HASH_REMOVE, NULL);
}

/* Keeps to the limit with so much more; false if that cannot be done. */
static bool
make_room(Size wanted, const GovOperand *neighbour)
{
	Size		limit = (Size) gov_overlap_cache * 1024;

	while (cache->memory + wanted > limit && !dlist_is_empty(&cache->uses))
	{
		CacheEntry *oldest = dlist_tail_element(CacheEntry, use, &cache->uses);

		if (oldest->operand == neighbour)
			break;
		evict(oldest);
	}
	return cache->memory + wanted <= limit;
}

static GovOperand *
read_operand(struct varlena *datum)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "governance overlap operand",
												  ALLOCSET_SMALL_SIZES);
	struct varlena *plain = pg_detoast_datum_packed(datum);
	MemoryContext before = MemoryContextSwitchTo(context);
	GovOperand *operand = palloc0(sizeof(GovOperand));

	operand->context = context;
	gov_operand_read(operand, VARDATA_ANY(plain), VARSIZE_ANY_EXHDR(plain), true);
	MemoryContextSwitchTo(before);
	if (plain != datum)
		pfree(plain);
	return operand;
}

static void
keep_operand(const CacheKey *key, struct varlena *datum, GovOperand *operand, const GovOperand *neighbour)
{
	struct varlena *bytes = NULL;
	CacheEntry *entry;
	Size		memory;

	if (key->relation == InvalidOid)
	{
		bytes = MemoryContextAllocHuge(operand->context, key->size);
		memcpy(bytes, datum, key->size);
	}
	memory = MemoryContextMemAllocated(operand->context, true) + sizeof(CacheEntry);
	if (!make_room(memory, neighbour))
		return;
	entry = hash_search(cache->entries, key, HASH_ENTER, NULL);
	entry->operand = operand;
	entry->bytes = bytes;
	entry->memory = memory;
	cache->memory += memory;
	dlist_push_head(&cache->uses, &entry->use);
	MemoryContextSetParent(operand->context, cache->context);
}

static bool
is_kept(const GovOperand *operand)
{
	return cache != NULL && MemoryContextGetParent(operand->context) == cache->context;
}

GovOperand *
gov_operand_large(struct varlena *datum, const GovOperand *neighbour)
{
	CacheKey	key = key_of(datum);
	CacheEntry *entry;
	GovOperand *operand;

	if (cache == NULL)
		make_cache();
	/* The limit may have been lowered. */
	make_room(0, neighbour);
	entry = hash_search(cache->entries, &key, HASH_FIND, NULL);
	if (entry != NULL && (entry->bytes == NULL || memcmp(entry->bytes, datum, key.size) == 0))
	{
		dlist_move_head(&cache->uses, &entry->use);
		return entry->operand;
	}
	operand = read_operand(datum);
	if (entry == NULL)
		keep_operand(&key, datum, operand, neighbour);
	return operand;
}

void
gov_operand_release(GovOperand *operand)
{
	if (operand->context == NULL)
	{
		gov_shape_free(&operand->shape);
		gov_index_free(&operand->index);
	}
	else if (!is_kept(operand))
		MemoryContextDelete(operand->context);
}

void
gov_overlap_init(void)
{
	DefineCustomIntVariable("governance.overlap_cache",
							"Memory for indexes of large polygons in overlap_area() and its like.",
							"Each process keeps those it has met in its transaction, the least recently used going first.",
							&gov_overlap_cache, 256 * 1024, 0, MAX_KILOBYTES, PGC_USERSET, GUC_UNIT_KB,
							NULL, NULL, NULL);
}
