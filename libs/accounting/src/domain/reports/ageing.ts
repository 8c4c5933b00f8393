// Ageing: into which stretch of days an overdue amount falls.

/** From so many days overdue the next bucket begins: 0 and fewer are current, 1 to 30 the first, over 90 the last. */
export const AGEING_LIMITS_DAYS = [1, 31, 61, 91] as const;

/** The buckets in order, one more than there are limits. */
export const AGEING_BUCKETS = ['current', 'days1To30', 'days31To60', 'days61To90', 'over90'] as const;
