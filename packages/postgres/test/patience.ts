/** How long a condition may take to come true on a machine that is busy with other things. */
export const patience = { timeout: 20_000, interval: 10 }
