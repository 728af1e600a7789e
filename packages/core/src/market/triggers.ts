/** Prices that set off what waits for them: an order names one, or follows the trigger of its instrument. */
export const ORDER_TRIGGERS = ['last_trade', 'published_price', 'index_price'] as const
export type OrderTrigger = (typeof ORDER_TRIGGERS)[number]
