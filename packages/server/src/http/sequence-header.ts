/**
 * The header that says where in the order of all changes an answer stands: nothing in it is newer. Two answers with the
 * same number, nothing having been written between, show the same book, whichever surface gave them.
 */
export const SEQUENCE_HEADER = 'Stemma-Sequence'
