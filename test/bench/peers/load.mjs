/** Imports a peer by its name, from here, where the peers are installed. */
export const load = name => import(name)
