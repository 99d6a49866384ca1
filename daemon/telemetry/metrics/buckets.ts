/** Upper bounds of the classes of histograms, in seconds. */

/** From a trivial program to a person who thinks for a day. */
export const executionSeconds = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 600, 3600, 86_400]

/** From a local call to the longest that `callMs` lets pass by default, and beyond. */
export const callSeconds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 600]

/** From at once to a queue that is too long. */
export const waitSeconds = [0.0005, 0.002, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60]

/** From a fast disk to one that fails. */
export const commitSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]

/** Operations that share a commit. */
export const batchSizes = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000]
