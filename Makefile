# make, make install, make installcheck   against the server of PG_CONFIG, as any PGXS extension
# make check, make demo, make bench       in a private server under build/, set up on the way
# make stop                               ends the private server
PG_CONFIG ?= pg_config

ifeq ($(wildcard governance.control),)
$(error run make at the top of the source tree: builds in another directory are not supported)
endif

FRONT = check demo bench stop

ifneq ($(filter $(FRONT),$(MAKECMDGOALS)),)

# The front doors know nothing of PGXS: on a bare machine it is not there yet.
.PHONY: $(FRONT)
.NOTPARALLEL:
export MAKE

check:
	@test/setup.sh test/check.sh

demo:
	@test/setup.sh demo/run.sh

bench:
	@test/setup.sh test/bench/run.sh

stop:
	@test/server.sh stop

else

EXTENSION = governance
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" governance.control)

MODULE_big = governance
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c)))
PG_CPPFLAGS = -DGOV_VERSION='"$(EXTVERSION)"'
# Rounding is the same wherever an expression stands: no contraction to fused operations.
PG_CFLAGS = -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -ffp-contract=off

SCRIPT = sql/governance--$(EXTVERSION).sql
DATA = $(filter-out $(SCRIPT),$(sort $(wildcard sql/governance--*.sql)))
DATA_built = $(SCRIPT)
PARTS = $(sort $(wildcard sql/install/*.sql))
CHAPTERS = $(sort $(wildcard sql/model/*.sql))

EXTENSIONS = --load-extension=postgis --load-extension=btree_gist --load-extension=governance
REGRESS := $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --outputdir=. --encoding=UTF8 $(EXTENSIONS)
ISOLATION := $(patsubst test/isolation/specs/%.spec,%,$(sort $(wildcard test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test/isolation $(EXTENSIONS) \
	$(if $(filter-out 15,$(MAJORVERSION)),--expecteddir=test/isolation)
EXTRA_CLEAN = results regression.diffs regression.out output_iso tmp_check

PGXS := $(shell $(PG_CONFIG) --pgxs)
ifeq ($(wildcard $(PGXS)),)
$(error the PostgreSQL server headers are missing for '$(PG_CONFIG)': install postgresql-server-dev-15, or name another pg_config by PG_CONFIG=)
endif
include $(PGXS)

# pg_regress calls zero tests a success; we do not.
installcheck: some_tests
some_tests:
	$(if $(wildcard test/sql/*.sql),,$(error test/sql holds no tests))
.PHONY: some_tests

$(OBJS): $(wildcard src/*.h)

# The script is its parts in order; the model's chapters travel inside it.
$(SCRIPT): governance.control sql/assemble.sh $(PARTS) $(CHAPTERS) $(wildcard sql/model/upgrade/*.sql)
	sh sql/assemble.sh $(EXTVERSION) $(PARTS) -- $(CHAPTERS) > $@.part
	mv $@.part $@

endif
