/**
 * The stretches of time for which the guest asks its worker the offset of a zone: whole seconds,
 * and too short for two changes of it.
 */
export const ZONE_WINDOW_MS = 65_536_000
