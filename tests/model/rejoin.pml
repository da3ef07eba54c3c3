/* Rejoining with the same key after one's own votes were lost.
 *
 * A validator without memory of its votes asks the others in which view they are, with the
 * certificate that brought them there, and abstains from every view up to one above the highest
 * that QUORUM of them prove. Checked: it has never voted in a view in which it may vote again, so
 * its votes are those of an honest validator and simplex.pml speaks of it too.
 *
 * What a view was about does not matter here: a certificate of a view exists once enough
 * validators have voted in it. Byzantine validators have voted everywhere and prove nothing to the
 * one who asks. Checked also: with QUORUM answers it does go on (no deadlock).
 */
#ifndef HONEST
#define HONEST 3 /* Validator 0 is the one who forgets. At most 5. */
#endif
#ifndef BYZANTINE
#define BYZANTINE 1
#endif
#ifndef QUORUM
#define QUORUM 3
#endif
#ifndef VIEWS
#define VIEWS 4
#endif

#ifdef M_TOO_FEW_ANSWERS
#define ANSWERS (QUORUM - 1)
#else
#define ANSWERS QUORUM
#endif
#ifdef M_ABSTAIN_TOO_LITTLE
#define ABSTAIN_TO (highest)
#else
#define ABSTAIN_TO (highest + 1)
#endif

byte voted[VIEWS]; /* Honest validators that ever voted in the view, bit h for validator h. */
byte view[HONEST]; /* Where each is; a certificate of the view before brought it there. */
bool forgot;       /* Validator 0 has lost its votes, once. */
bool asking;       /* And has not heard enough yet. */
byte answered;     /* By whom. */
byte highest;      /* View they proved. */
byte first = 0;    /* Validator 0 votes in no view below. */
hidden byte v;

#define COUNT(m) (((m) & 1) + (((m) >> 1) & 1) + (((m) >> 2) & 1) + (((m) >> 3) & 1) + (((m) >> 4) & 1))
#define CERTIFIED(v) (COUNT(voted[v]) >= QUORUM - BYZANTINE)
#define MINE (1 << me)

proctype validator(byte me) {
end:
  do
  :: atomic { view[me] < VIEWS && CERTIFIED(view[me]) -> view[me]++ }
  :: atomic {
       view[me] < VIEWS && (voted[view[me]] & MINE) == 0 &&
         (me != 0 || (!asking && view[0] >= first)) ->
       voted[view[me]] = voted[view[me]] | MINE
     }
     /* The disk of validator 0 is replaced. */
  :: atomic { me == 0 && !forgot -> forgot = true; asking = true; view[0] = 0 }
  :: atomic {
       me != 0 && asking && (answered & MINE) == 0 ->
       answered = answered | MINE;
       if
       :: view[me] > highest -> highest = view[me]
       :: else
       fi
     }
  :: atomic {
       me == 0 && asking && COUNT(answered) + BYZANTINE >= ANSWERS ->
       asking = false;
       first = ABSTAIN_TO + 1;
       v = first;
       do
       :: v < VIEWS -> assert((voted[v] & 1) == 0); v++
       :: else -> break
       od
     }
  od
}

/* Nobody can act: whoever asked was answered, and the others are not stuck for want of its vote
 * alone: with the byzantine ones silent that is all that is promised when one more is away. */
proctype judge() {
  atomic {
    timeout;
    assert(forgot);
    assert(!asking)
  }
}

init {
  atomic {
    run validator(0);
    run validator(1);
    run validator(2);
#if HONEST > 3
    run validator(3);
#endif
#if HONEST > 4
    run validator(4);
#endif
    run judge()
  }
}
