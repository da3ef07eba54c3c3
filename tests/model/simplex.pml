/* The view rules of the agreement protocol, as a message soup.
 *
 * Once signed, a vote can reach anyone at any time, so the model keeps only the set of all votes
 * ever signed. A certificate exists as soon as enough honest votes do: byzantine validators have
 * signed everything, for everyone, from the start. Leaders are adversarial too: each view has two
 * proposals, and who votes for which is open. Timers, deadlines and who knows what when are left
 * out, so that every honest validator may act at any time; the real rules allow less.
 *
 * Modelled: R2 certify, R4/R5 justification, extension and no-op, R6 finalize, R7 nullify, D5.
 * With -DEPOCHS=2 also the epoch switch: the last view belongs to a second epoch with another
 * validator set, which begins at a finalized closing block.
 *
 * Checked after every vote: agreement (any two finalized blocks lie on one chain), one notarized
 * value per view, finalization and nullification exclude each other, no honest validator signs
 * what counts as evidence. Checked where nobody can act any more: every view has a certificate that
 * honest validators hold, so that no leader ever waits for one in vain (no deadlock).
 *
 * Wrong rules, each found by scripts/model.sh --mutants: -DM_... below.
 */
#ifndef HONEST
#define HONEST 3 /* Honest validators of one epoch, at most 4. */
#endif
#ifndef BYZANTINE
#define BYZANTINE 1
#endif
#ifndef QUORUM
#define QUORUM 3
#endif
#ifndef VIEWS
#define VIEWS 2 /* In all, 2 or 3; the last is the second epoch's if there are two. */
#endif
#ifndef EPOCHS
#define EPOCHS 1
#endif

#define PROPOSALS (2 * VIEWS) /* Proposal s belongs to view s / 2. */
#define VIEW_OF(s) ((s) / 2)
#define OTHER(s) ((s) ^ 1)   /* The view's other proposal. */
#define ROOT PROPOSALS       /* The genesis block, as a parent. */
#define NEW 0                /* A block of its own. */
#define NOOP 1               /* The parent block once more. */
#define CLOSING 2            /* A block of its own, the last of its epoch. */

/* Honest voters, bit h for validator h. With two epochs, validators 0 to HONEST - 1 vote in the
 * first and 1 to HONEST in the second: one leaves, one joins. */
byte notarized[PROPOSALS];
byte finalized[PROPOSALS];
byte nullified[VIEWS];
/* What a proposal says: set by its first vote. */
byte parent[PROPOSALS]; /* 0: not made; else 1 + a proposal, or 1 + ROOT. */
byte kind[PROPOSALS + 1];
byte block[PROPOSALS + 1]; /* The proposal that first held this block. */

hidden byte a;
hidden byte b;
hidden byte x;
hidden byte related;
hidden byte decisive; /* The vote can have broken agreement: no NOTARIZE can. */

#define COUNT(m) (((m) & 1) + (((m) >> 1) & 1) + (((m) >> 2) & 1) + (((m) >> 3) & 1) + (((m) >> 4) & 1))
#define ENOUGH (QUORUM - BYZANTINE) /* Honest votes that make a certificate. */
#define CERTIFIED(m) (COUNT(m) >= ENOUGH)

#if EPOCHS == 2
#define SECOND(v) ((v) == VIEWS - 1)
#define MEMBER(v) ((SECOND(v) && me >= 1) || (!SECOND(v) && me < HONEST))
#define VALIDATORS (HONEST + 1)
#else
#define SECOND(v) false
#define MEMBER(v) true
#define VALIDATORS HONEST
#endif

#define MINE (1 << me)
#define NOTARIZED(s) CERTIFIED(notarized[s])
#define FINALIZED(s) CERTIFIED(finalized[s])
#ifdef M_EPOCH_NOT_SIGNED /* Votes do not say their epoch: view 0's count in the second epoch's view. */
#define NULLIFIED(v) (CERTIFIED(nullified[v]) || \
  (SECOND(v) && CERTIFIED((nullified[v] | nullified[0]) & ~1)))
#else
#define NULLIFIED(v) CERTIFIED(nullified[v])
#endif
#define I_NOTARIZED(s) ((notarized[s] & MINE) != 0)
#define I_FINALIZED(v) (((finalized[2 * (v)] | finalized[2 * (v) + 1]) & MINE) != 0)
#define I_NULLIFIED(v) ((nullified[v] & MINE) != 0)

/* The epoch's first parent. A second epoch has one once a closing block is final. */
#define IS_CLOSING(p) ((p) != ROOT && kind[block[p]] == CLOSING)
#ifdef M_SWITCH_ON_NOTARIZATION
#define ENDS_EPOCH(p) (IS_CLOSING(p) && NOTARIZED(p))
#else
#define ENDS_EPOCH(p) (IS_CLOSING(p) && FINALIZED(p))
#endif

/* R5: the parent has a certificate, and every view between is nullified. */
#ifdef M_NO_SKIP_CHECK
#define SKIPPED(from, to) true
#else
#define SKIPPED(from, to) ((from) >= (to) || NULLIFIED(from)) /* At most one view lies between. */
#endif
#define FOLLOWS_IN_EPOCH(s, p) \
  (((p) == ROOT && SKIPPED(0, VIEW_OF(s)) && (VIEW_OF(s) < 2 || SKIPPED(1, VIEW_OF(s)))) || \
   ((p) != ROOT && NOTARIZED(p) && SKIPPED(VIEW_OF(p) + 1, VIEW_OF(s))))
#define FOLLOWS(s, p) ((SECOND(VIEW_OF(s)) && (p) != ROOT && ENDS_EPOCH(p)) || \
                       (!SECOND(VIEW_OF(s)) && FOLLOWS_IN_EPOCH(s, p)))

/* R4, R5: after a closing block its epoch repeats it and nothing else; genesis is not repeated. */
#ifdef M_CLOSING_EXTENDED
#define KIND_ALLOWED(s, p, k) ((k) != NOOP || (p) != ROOT)
#else
#define KIND_ALLOWED(s, p, k) (((k) != NOOP || ((p) != ROOT && !SECOND(VIEW_OF(s)))) && \
  (SECOND(VIEW_OF(s)) || !IS_CLOSING(p) || (k) == NOOP))
#endif

/* The view's second proposal is made after its first and says something else. */
#define SAYS(s, p, k) ((parent[s] == 0 && ((s) % 2 == 0 || (parent[OTHER(s)] != 0 && \
    !((k) == NOOP && kind[OTHER(s)] == NOOP && parent[OTHER(s)] == (p) + 1)))) || \
  (parent[s] == (p) + 1 && kind[s] == (k)))

/* The own-vote table: what a validator has signed in a view decides what it may still sign. */
#ifdef M_TWO_NOTARIZE
#define MAY_NOTARIZE(s) (!I_NOTARIZED(s) && !I_NULLIFIED(VIEW_OF(s)) && \
  !I_FINALIZED(VIEW_OF(s)))
#else
#ifdef M_VOTES_LOST /* Validator 0 restarts without its votes. */
#define MAY_NOTARIZE(s) ((!I_NOTARIZED(s) && me == 0) || \
  (!I_NOTARIZED(s) && !I_NOTARIZED(OTHER(s)) && !I_NULLIFIED(VIEW_OF(s)) && \
   !I_FINALIZED(VIEW_OF(s))))
#else
#ifdef M_NOTARIZE_AFTER_FINALIZE
#define MAY_NOTARIZE(s) (!I_NOTARIZED(s) && !I_NOTARIZED(OTHER(s)) && !I_NULLIFIED(VIEW_OF(s)))
#else
#define MAY_NOTARIZE(s) (!I_NOTARIZED(s) && !I_NOTARIZED(OTHER(s)) && !I_NULLIFIED(VIEW_OF(s)) && \
  !I_FINALIZED(VIEW_OF(s)))
#endif
#endif
#endif

#ifdef M_NULLIFY_AFTER_FINALIZE
#define MAY_NULLIFY(v) (!I_NULLIFIED(v))
#else
#ifdef M_NOTARIZE_FORBIDS_NULLIFY
#define MAY_NULLIFY(v) (!I_NULLIFIED(v) && !I_FINALIZED(v) && \
  !I_NOTARIZED(2 * (v)) && !I_NOTARIZED(2 * (v) + 1))
#else
#ifdef M_VOTES_LOST
#define MAY_NULLIFY(v) (!I_NULLIFIED(v) && (me == 0 || !I_FINALIZED(v)))
#else
#define MAY_NULLIFY(v) (!I_NULLIFIED(v) && !I_FINALIZED(v))
#endif
#endif
#endif

#ifdef M_FINALIZE_AFTER_NULLIFY
#define MAY_FINALIZE(s) (!I_FINALIZED(VIEW_OF(s)) && !I_NOTARIZED(OTHER(s)))
#else
#ifdef M_NO_D5
#define MAY_FINALIZE(s) (!I_FINALIZED(VIEW_OF(s)) && !I_NULLIFIED(VIEW_OF(s)))
#else
#define MAY_FINALIZE(s) (!I_FINALIZED(VIEW_OF(s)) && !I_NULLIFIED(VIEW_OF(s)) && \
  !I_NOTARIZED(OTHER(s)))
#endif
#endif

#if EPOCHS == 2
#define BEGUN(v) (!SECOND(v) || ENDS_EPOCH(0) || ENDS_EPOCH(1) || \
  (VIEWS > 2 && (ENDS_EPOCH(2) || ENDS_EPOCH(3))))
#else
#define BEGUN(v) true
#endif

#define CAN_NOTARIZE(s, p, k) (MEMBER(VIEW_OF(s)) && SAYS(s, p, k) && MAY_NOTARIZE(s) && \
  KIND_ALLOWED(s, p, k) && FOLLOWS(s, p))
#define CAN_NULLIFY(v) (MEMBER(v) && MAY_NULLIFY(v) && BEGUN(v))
#define CAN_FINALIZE(s) (MEMBER(VIEW_OF(s)) && NOTARIZED(s) && MAY_FINALIZE(s))

inline notarize(s, p, k) {
  parent[s] = p + 1;
  kind[s] = k;
  if
  :: k == NOOP -> block[s] = block[p]
  :: else -> block[s] = s
  fi;
  notarized[s] = notarized[s] | MINE
}

#define TRY(s, p, k) :: CAN_NOTARIZE(s, p, k) -> notarize(s, p, k)
#if EPOCHS == 2
#define TRY_KINDS(s, p) TRY(s, p, NEW) TRY(s, p, NOOP) TRY(s, p, CLOSING)
#else
#define TRY_KINDS(s, p) TRY(s, p, NEW) TRY(s, p, NOOP)
#endif
#define TRY_NULLIFY(v) :: CAN_NULLIFY(v) -> nullified[v] = nullified[v] | MINE; decisive = 1
#define TRY_FINALIZE(s) :: CAN_FINALIZE(s) -> finalized[s] = finalized[s] | MINE; decisive = 1

/* related: the block of proposal `up` is on the chain that ends with the later proposal `down`. */
inline ancestor(up, down) {
  x = down;
  related = 0;
  do
  :: block[x] == block[up] -> related = 1; break
  :: else ->
     if
     :: parent[x] == ROOT + 1 -> break
     :: else -> x = parent[x] - 1
     fi
  od
}

inline check_agreement() {
  a = 0;
  do
  :: a < PROPOSALS ->
     if
     :: FINALIZED(a) ->
        assert(!NULLIFIED(VIEW_OF(a)));
        b = a + 1; /* Parents stand before their children, so one direction is enough. */
        do
        :: b < PROPOSALS ->
           if
           :: FINALIZED(b) ->
              ancestor(a, b);
              assert(related == 1)
           :: else
           fi;
           b++
        :: else -> break
        od
     :: else
     fi;
     a++
  :: else -> break
  od
}

/* Pairs that would be evidence against an honest validator, and two notarized values of a view. */
inline check_honest_votes() {
  a = 0;
  do
  :: a < VIEWS ->
     assert(!(NOTARIZED(2 * a) && NOTARIZED(2 * a + 1)));
     assert((notarized[2 * a] & notarized[2 * a + 1]) == 0);
     assert((finalized[2 * a] & finalized[2 * a + 1]) == 0);
     assert(((finalized[2 * a] | finalized[2 * a + 1]) & nullified[a]) == 0);
     assert((finalized[2 * a] & notarized[2 * a + 1]) == 0);
     assert((finalized[2 * a + 1] & notarized[2 * a]) == 0);
     a++
  :: else -> break
  od
}

proctype validator(byte me) {
end:
  do
  :: atomic {
       if
       TRY(0, ROOT, NEW)
       TRY(1, ROOT, NEW)
#if EPOCHS == 2
       TRY(0, ROOT, CLOSING)
       TRY(1, ROOT, CLOSING)
#endif
#if EPOCHS == 1 || VIEWS == 3
       TRY(2, ROOT, NEW)
       TRY(3, ROOT, NEW)
       TRY_KINDS(2, 0)
       TRY_KINDS(2, 1)
       TRY_KINDS(3, 0)
       TRY_KINDS(3, 1)
#endif
#if EPOCHS == 2
       /* One proposal: what two would do, the first epoch shows. */
       TRY(2 * (VIEWS - 1), 0, NEW)
       TRY(2 * (VIEWS - 1), 1, NEW)
#endif
#if VIEWS == 3
       TRY(4, 2, NEW)
       TRY(4, 3, NEW)
#if EPOCHS == 1
       TRY(5, 2, NEW)
       TRY(5, 3, NEW)
       TRY(4, ROOT, NEW)
       TRY(5, ROOT, NEW)
       TRY_KINDS(4, 0)
       TRY_KINDS(4, 1)
       TRY_KINDS(5, 0)
       TRY_KINDS(5, 1)
       TRY(4, 2, NOOP)
       TRY(4, 3, NOOP)
       TRY(5, 2, NOOP)
       TRY(5, 3, NOOP)
#endif
       TRY_NULLIFY(2)
       TRY_FINALIZE(4)
#if EPOCHS == 1
       TRY_FINALIZE(5)
#endif
#endif
       TRY_NULLIFY(0)
       TRY_NULLIFY(1)
       TRY_FINALIZE(0)
       TRY_FINALIZE(1)
       TRY_FINALIZE(2)
#if EPOCHS == 1 || VIEWS == 3
       TRY_FINALIZE(3)
#endif
       fi;
       if :: decisive == 1 -> decisive = 0; check_agreement() :: else fi;
#ifndef AGREEMENT_ONLY
       check_honest_votes()
#endif
     }
  od
}

/* Nobody can act: every view that began has a certificate without any byzantine signature's help.
 * An honest FINALIZE shows that an honest validator holds the notarization. */
proctype judge() {
  atomic {
    timeout;
#if EPOCHS == 1
    a = 0;
    do
    :: a < VIEWS ->
       assert(COUNT(nullified[a]) >= QUORUM || finalized[2 * a] != 0 || finalized[2 * a + 1] != 0);
       a++
    :: else -> break
    od
#endif
  }
}

init {
  atomic {
    run validator(0);
    run validator(1);
#if VALIDATORS > 2
    run validator(2);
#endif
#if VALIDATORS > 3
    run validator(3);
#endif
#if VALIDATORS > 4
    run validator(4);
#endif
    run judge()
  }
}
