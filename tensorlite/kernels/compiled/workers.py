"""How threads share the parts of a job, in compiled code that holds no lock.

One word says everything: the number of the job, and the first and the last of its parts that nobody
has taken yet. Whoever can move one of these ends has taken a part; a late thread takes nothing and
costs nothing. The thread that asked for the job takes parts like all others, so a job gets done
even if every other thread sleeps. It takes the first ones and its helper the last ones: what one
job has written is then mostly near the processor that reads it in the next.
"""

# mypy: disable-error-code="call-arg,var-annotated"

from __future__ import annotations

from tensorlite.kernels.cache import caching, jit_enabled

# Where things stand in the words that all threads see, far enough apart to be no neighbours.
TICKET, DONE, KERNEL, ARGS, PARTS, DOUBLE, STOP, ASLEEP = 0, 8, 16, 17, 18, 19, 24, 32
BITS = 16  # of the ticket say where the parts left end, as many where they begin; then the job

if jit_enabled():
    import numba
    import numpy as np

    from tensorlite.kernels.compiled.atomics import add, call, pause, publish, read, replace

    def _shared(signature):
        with caching() as cache:
            return numba.njit(signature, nogil=True, cache=cache, error_model="numpy")

    @numba.njit(nogil=True, error_model="numpy")
    def take(words, thread):
        """Do parts of the current job until none is left."""
        while True:
            ticket = read(words, TICKET)
            first, end = ticket >> BITS & ((1 << BITS) - 1), ticket & ((1 << BITS) - 1)
            if first == end:
                return
            part, after = (end - 1, ticket - 1) if thread & 1 else (first, ticket + (1 << BITS))
            if replace(words, TICKET, ticket, after):
                # The job cannot end before this part is done, so what follows is its.
                if words[DOUBLE]:
                    call(words[KERNEL], part, words[PARTS], thread, words[ARGS], np.float64(1))
                else:
                    call(words[KERNEL], part, words[PARTS], thread, words[ARGS], np.float32(1))
                add(words, DONE, 1)

    @_shared("int64(int64[::1], int64)")
    def wait(words, patience):
        """Wait a little for the parts of others."""
        for _ in range(patience):
            if read(words, DONE) == words[PARTS]:
                return 0
            pause()
        return words[PARTS] - read(words, DONE)

    @_shared("int64(int64[::1], int64, int64, int64, int64, int64)")
    def begin(words, kernel, parts, args, double, patience):
        """Publish a job, work on it, and wait; returns the parts that others still work on."""
        words[KERNEL], words[PARTS], words[ARGS], words[DOUBLE] = kernel, parts, args, double
        publish(words, DONE, 0)
        publish(words, TICKET, (((words[TICKET] >> 2 * BITS) + 1) << 2 * BITS) + parts)
        take(words, 0)
        return wait(words, patience)

    @_shared("int64(int64[::1], int64, int64, int64)")
    def serve(words, thread, seen, patience):
        """Work on jobs until none has come for a while; returns the last ticket seen."""
        idle = 0
        while not read(words, STOP):
            if read(words, TICKET) != seen:
                take(words, thread)
                seen = read(words, TICKET)
                idle = 0
            elif idle < patience:
                idle += 1
                pause()
            else:
                # Whoever publishes a job after this line sees that this thread sleeps.
                publish(words, ASLEEP + thread, 1)
                if read(words, TICKET) == seen:
                    return seen
                publish(words, ASLEEP + thread, 0)
        return -1

    @_shared("void(int64, int64, int64, int64, int64)")
    def alone(kernel, parts, args, double, thread):
        """Do a whole job in this thread."""
        for part in range(parts):
            if double:
                call(kernel, part, parts, thread, args, np.float64(1))
            else:
                call(kernel, part, parts, thread, args, np.float32(1))
