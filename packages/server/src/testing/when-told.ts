/** A stream begins when the server has answered its subscription: what it is to tell is done until it does. Not exported. */
export async function whenTold<Told>(told: Promise<Told>, act: () => Promise<unknown>): Promise<Told> {
  let isTold = false
  void told.then(() => {
    isTold = true
  })
  do await act()
  while (!isTold)
  return told
}
