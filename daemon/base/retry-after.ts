/** Seconds after which a caller may come again that had too much under way: its work ends soon. */
export const RETRY_AFTER_SECONDS = 1
