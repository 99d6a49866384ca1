/** How much of the fuzzer is part of the suite. */

/** Requests at most: as many of them as its time allows. */
export const FUZZ_RUNS = 400
/** Begins the same requests each time. */
export const FUZZ_SEED = 5
