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
 * The least recently used operands go when their memory exceeds an allowance; one that is
 * larger than that by itself is used and not kept. A join whose outer side has the large
 * operands wants each for a while and never again, and memory that a process has not touched
 * before costs more than all that is done with it. So the allowance begins small, and is
 * doubled, up to governance.overlap_cache, when as much has come back that had to go.
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

#define FIRST_ALLOWANCE ((Size) 4 * 1024 * 1024)

/* Of so many operands that had to go it is remembered that they have been there. */
#define GONE_MAX 8192

typedef struct CacheKey
{
	Oid			relation;		/* the TOAST table, or 0 */
	uint32		value;			/* identifier there, or hash of the bytes */
	uint32		size;
} CacheKey;

typedef struct GovCacheEntry
{
	CacheKey	key;			/* first, for dynahash */
	GovOperand *operand;		/* NULL if it had to go */
	struct varlena *bytes;		/* of a value that is not out of line */
	Size		memory;			/* counted so far */
	dlist_node	use;			/* the latest first */
} CacheEntry;

typedef struct Cache
{
	MemoryContext context;
	MemoryContextCallback callback;
	HTAB	   *entries;
	dlist_head	uses;			/* of those that are kept */
	Size		memory;
	Size		allowance;
	Size		returned;		/* memory of what has come back under this allowance */
	long		gone;
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
	made->allowance = FIRST_ALLOWANCE;
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

/* Those that had to go are forgotten, when there are too many of them. */
static void
forget_gone(void)
{
	HASH_SEQ_STATUS status;
	CacheEntry *entry;

	hash_seq_init(&status, cache->entries);
	while ((entry = hash_seq_search(&status)) != NULL)
	{
		if (entry->operand == NULL)
			hash_search(cache->entries, &entry->key, HASH_REMOVE, NULL);
	}
	cache->gone = 0;
}

static void
evict(CacheEntry *entry)
{
	cache->memory -= entry->memory;
	dlist_delete(&entry->use);
	MemoryContextDelete(entry->operand->context);
	entry->operand = NULL;
	if (++cache->gone > GONE_MAX)
		forget_gone();
}

/* Keeps to the allowance with so much more; false if that cannot be done. */
static bool
make_room(Size wanted, const GovOperand *neighbour)
{
	Size		limit = Min((Size) gov_overlap_cache * 1024, cache->allowance);

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
	gov_operand_read(operand, VARDATA_ANY(plain), VARSIZE_ANY_EXHDR(plain));
	MemoryContextSwitchTo(before);
	if (plain != datum)
		pfree(plain);
	return operand;
}

/* One operand has room, within the limit, whatever the allowance was. */
static Size
memory_of(const GovOperand *operand)
{
	Size		memory = MemoryContextMemAllocated(operand->context, true) + sizeof(CacheEntry);

	cache->allowance = Max(cache->allowance, 2 * memory);
	return memory;
}

/* One has come back that had to go. */
static void
count_return(Size memory)
{
	cache->gone--;
	cache->returned += memory;
	if (cache->returned < cache->allowance)
		return;
	cache->returned = 0;
	if (cache->allowance < (Size) gov_overlap_cache * 1024)
		cache->allowance *= 2;
}

static void
keep_operand(const CacheKey *key, struct varlena *datum, GovOperand *operand, const GovOperand *neighbour)
{
	struct varlena *bytes = NULL;
	CacheEntry *entry;
	Size		memory;
	bool		known;

	if (key->relation == InvalidOid)
	{
		bytes = MemoryContextAllocHuge(operand->context, key->size);
		memcpy(bytes, datum, key->size);
	}
	memory = memory_of(operand);
	if (!make_room(memory, neighbour))
		return;
	entry = hash_search(cache->entries, key, HASH_ENTER, &known);
	if (known)
		count_return(memory);
	entry->operand = operand;
	operand->entry = entry;
	entry->bytes = bytes;
	entry->memory = memory;
	cache->memory += memory;
	dlist_push_head(&cache->uses, &entry->use);
	MemoryContextSetParent(operand->context, cache->context);
}

static CacheEntry *
find_entry(const CacheKey *key)
{
	/* Mostly the one used last. */
	if (!dlist_is_empty(&cache->uses))
	{
		CacheEntry *latest = dlist_head_element(CacheEntry, use, &cache->uses);

		if (memcmp(&latest->key, key, sizeof(CacheKey)) == 0)
			return latest;
	}
	return hash_search(cache->entries, key, HASH_FIND, NULL);
}

bool
gov_operand_is_kept(Datum datum)
{
	CacheKey	key;
	CacheEntry *entry;

	if (cache == NULL || toast_raw_datum_size(datum) <= GOV_SMALL_GEOMETRY)
		return false;
	key = key_of((struct varlena *) DatumGetPointer(datum));
	entry = find_entry(&key);
	return entry != NULL && entry->operand != NULL;
}

GovOperand *
gov_operand_large(struct varlena *datum, const GovOperand *neighbour)
{
	CacheKey	key = key_of(datum);
	CacheEntry *entry;
	GovOperand *operand;
	bool		taken;

	if (cache == NULL)
		make_cache();
	/* The limit may have been lowered. */
	make_room(0, neighbour);
	entry = find_entry(&key);
	taken = entry != NULL && entry->operand != NULL;
	if (taken && (entry->bytes == NULL || memcmp(entry->bytes, datum, key.size) == 0))
	{
		dlist_move_head(&cache->uses, &entry->use);
		return entry->operand;
	}
	operand = read_operand(datum);
	/* Another value may have the same hash. */
	if (!taken)
		keep_operand(&key, datum, operand, neighbour);
	return operand;
}

void
gov_operand_grown(GovOperand *operand)
{
	CacheEntry *entry = operand->entry;
	Size		memory;

	if (entry == NULL)
		return;
	memory = memory_of(operand);
	cache->memory += memory - entry->memory;
	entry->memory = memory;
}

static void
release(GovOperand *operand)
{
	if (operand->context == NULL)
		gov_operand_free(operand);
	else if (operand->entry == NULL)
		MemoryContextDelete(operand->context);
}

void
gov_operands_release(GovOperand *a, GovOperand *b)
{
	if (a != NULL)
		release(a);
	if (b != NULL && b != a)
		release(b);
	/* They may have grown. */
	if (cache != NULL)
		make_room(0, NULL);
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
