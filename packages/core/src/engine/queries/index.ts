export const TREE_QUERIES = [] as const
