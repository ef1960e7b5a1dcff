/*
 * governance.h
 *	  What the chapters share.
 */
#ifndef GOVERNANCE_H
#define GOVERNANCE_H

#include "compat.h"

#include "fmgr.h"

#endif
