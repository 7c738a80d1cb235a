/** Memory beyond which landing works through temporary files, where nobody says otherwise. */
export const LANDING_MEMORY = '700MB'
