/*
 * large.c
 *	  Memory for tables of many megabytes that are met at random.
 *
 * Pages of 4 kB make such a table slow twice: each is a fault when it is touched first, and
 * the processor knows the places of a few megabytes of them only.  Where the kernel gives
 * pages of 2 MB to those who ask (Linux), it is asked; elsewhere, or if it has none,
 * nothing is lost.
 */
#include "large.h"

#ifndef WIN32
#include <sys/mman.h>
#endif

#define HUGE_PAGE	((Size) 2 << 20)

/* The whole huge pages within are asked for; that this may fail does not matter. */
static void
ask_for_huge_pages(char *start, Size size)
{
#ifdef MADV_HUGEPAGE
	char	   *first = (char *) TYPEALIGN(HUGE_PAGE, start);
	char	   *end = (char *) TYPEALIGN_DOWN(HUGE_PAGE, start + size);

	if (first < end)
		(void) madvise(first, end - first, MADV_HUGEPAGE);
#endif
}

void *
gov_large_alloc(MemoryContext context, Size size)
{
	void	   *p = MemoryContextAllocHuge(context, size);

	if (size >= HUGE_PAGE)
		ask_for_huge_pages(p, size);
	return p;
}

/* The same, all zero. */
void *
gov_large_alloc_zero(MemoryContext context, Size size)
{
	return memset(gov_large_alloc(context, size), 0, size);
}
