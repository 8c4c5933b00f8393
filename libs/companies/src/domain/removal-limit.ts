// The guard on complete lists: one that would remove too many people is more likely a broken file than a lay-off.

/** Percent of the people that a snapshot may remove without somebody's approval, unless the company says otherwise. */
export const REMOVAL_LIMIT_PERCENT = 10;

/** Whether more people would leave than the limit allows; nobody leaving is never too many. */
export function isOverLimit({ present, leaving, limitPercent }: { present: number; leaving: number; limitPercent: number }): boolean {
  return leaving * 100 > present * limitPercent;
}
