/** What `kith version` prints. */
export const kithVersion = '0.1.0'
