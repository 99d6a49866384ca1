/**
 * Seconds after which a caller may come again that had too much under way, or met a daemon that
 * stops: its work ends soon, and another daemon begins.
 */
export const RETRY_AFTER_SECONDS = 1
