/**
 * The greatest grade that a judgement may have, 2^53 - 1: beyond it whole numbers are no longer told apart, and a few judgements
 * of 1e308 add up to no number at all.
 */
export const greatestGrade = Number.MAX_SAFE_INTEGER;
