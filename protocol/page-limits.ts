/** Bounds on the pages of a daemon's lists. */

/** Entries of a page when a request names no number. */
export const DEFAULT_PAGE_LIMIT = 100
/** Most entries of a page. */
export const MAX_PAGE_LIMIT = 1000
