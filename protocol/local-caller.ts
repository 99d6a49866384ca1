/** The name of the caller, and of the person who decides, where there are no tokens. */
export const LOCAL_CALLER = 'local'
