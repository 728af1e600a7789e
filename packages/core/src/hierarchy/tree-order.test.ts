import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Id, Image, instant, NO_ROW, type Row, refOrNull } from '../image/index.js'
import { TreeOrder } from './tree-order.js'

type NodeId = Id<'node'>

function makeTree() {
  const image = new Image()
  const nodes = image.table('nodes', 'nod', { owner: refOrNull<NodeId>() })
  image.ownersFirst(nodes, nodes.owner)
  const order = new TreeOrder(nodes, nodes.owner)
  const add = (owner: NodeId | null): NodeId => {
    const id = image.newId<NodeId>()
    nodes.insert(id, { owner })
    return id
  }
  const isAtOrAbove = (upper: NodeId, lower: NodeId) => order.isAtOrAbove(nodes.row(upper), nodes.row(lower))
  return { image, nodes, order, add, isAtOrAbove }
}

type Tree = ReturnType<typeof makeTree>

/** The owners of a node and itself, by walking the column: slow and obvious. */
function ownersOf({ nodes }: Tree, id: NodeId): NodeId[] {
  const owners = [id]
  for (let owner = nodes.owner.get(nodes.row(id)); owner !== null; ) {
    owners.push(owner)
    owner = nodes.owner.get(nodes.row(owner))
  }
  return owners
}

function expectOrderToAgree(tree: Tree): void {
  const { nodes, order } = tree
  const ids = nodes.idsInOrder() as NodeId[]
  const walked = new Map(ids.map((id) => [id, new Set(ownersOf(tree, id))]))
  for (const lower of ids) {
    for (const upper of ids) {
      if (tree.isAtOrAbove(upper, lower) !== walked.get(lower)!.has(upper))
        throw new Error(`expected the order to agree on ${upper} above ${lower}`)
    }
    const owner = nodes.owner.get(nodes.row(lower))
    expect(order.parent(nodes.row(lower))).toBe(owner === null ? NO_ROW : nodes.row(owner))
    const beneath = [...order.beneath(nodes.row(lower))].map((row) => nodes.id(row) as NodeId)
    expect(beneath[0]).toBe(lower)
    expect([...beneath].sort((a, b) => a - b)).toEqual(ids.filter((id) => walked.get(id)!.has(lower)))
    const levels = beneath.map((id) => walked.get(id)!.size - walked.get(lower)!.size + 1)
    expect(order.heightOf(nodes.row(lower))).toBe(Math.max(...levels))
  }
}

type Step =
  | { readonly kind: 'add'; readonly owner: number }
  | { readonly kind: 'move'; readonly node: number; readonly owner: number }
  | { readonly kind: 'mark' }
  | { readonly kind: 'undo' }

const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('add' as const), owner: fc.nat() }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('move' as const), node: fc.nat(), owner: fc.nat() }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('mark' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('undo' as const) }) },
  ),
  { maxLength: 60 },
)

function runSteps(tree: Tree, todo: readonly Step[]): void {
  const { image, nodes } = tree
  tree.add(null)
  let mark = image.work.mark()
  for (const step of todo) {
    const ids = nodes.idsInOrder()
    const pick = (place: number) => ids[place % ids.length] as NodeId
    if (step.kind === 'add') tree.add(pick(step.owner))
    else if (step.kind === 'mark') mark = image.work.mark()
    else if (step.kind === 'undo') image.work.undoTo(mark)
    else if (!ownersOf(tree, pick(step.owner)).includes(pick(step.node)))
      nodes.owner.set(nodes.row(pick(step.node)), pick(step.owner))
  }
}

describe('the order of the tree', () => {
  test('agrees with a walk over the owners after any additions, moves and undos', () => {
    fc.assert(
      fc.property(steps, (todo) => {
        const tree = makeTree()
        runSteps(tree, todo)
        expectOrderToAgree(tree)
      }),
      { numRuns: 150 },
    )
  })

  test('is the same after a load in any order, owners behind what they own included', () => {
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.nat()), (todo, random) => {
        const tree = makeTree()
        runSteps(tree, todo)
        const rows = tree.nodes.idsInOrder().map((id) => tree.nodes.encode(tree.nodes.row(id)))
        const loaded = makeTree()
        // One row at a time, so that nothing but the order itself can put owners first.
        while (rows.length > 0) {
          const [row] = rows.splice((random.next().value as number) % rows.length, 1)
          const images = [{ table: 'nodes', columns: ['owner'], rows: [row!], removed: [] }]
          loaded.image.apply(images, tree.image.head)
        }
        expect([...loaded.order.canonical()]).toEqual([...tree.order.canonical()])
        expectOrderToAgree(loaded)
      }),
      { numRuns: 100 },
    )
  })

  test('follows batches of after-images, however the moves in them cross', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 5 }), (batches) => {
        const tree = makeTree()
        const copy = makeTree()
        const ship = () => {
          tree.image.finishWork()
          copy.image.apply(tree.image.seal(), tree.image.head)
        }
        runSteps(tree, [])
        ship()
        for (const batch of batches) {
          for (const step of batch) {
            const ids = tree.nodes.idsInOrder()
            const pick = (place: number) => ids[place % ids.length] as NodeId
            if (step.kind === 'add') tree.add(pick(step.owner))
            if (step.kind === 'move' && !ownersOf(tree, pick(step.owner)).includes(pick(step.node)))
              tree.nodes.owner.set(tree.nodes.row(pick(step.node)), pick(step.owner))
          }
          ship()
          expect([...copy.order.canonical()]).toEqual([...tree.order.canonical()])
        }
        expectOrderToAgree(copy)
      }),
      { numRuns: 100 },
    )
  })

  test('a batch in which an owner and what it owns change places is followed', () => {
    const tree = makeTree()
    const root = tree.add(null)
    const upper = tree.add(root)
    const lower = tree.add(upper)
    const copy = makeTree()
    tree.image.finishWork()
    copy.image.apply(tree.image.seal(), tree.image.head)
    const { nodes } = tree
    nodes.owner.set(nodes.row(upper), root)
    nodes.owner.set(nodes.row(lower), root)
    nodes.owner.set(nodes.row(upper), lower)
    tree.image.finishWork()
    copy.image.apply(tree.image.seal(), tree.image.head)
    expect(copy.isAtOrAbove(lower, upper)).toBe(true)
    expect(copy.isAtOrAbove(upper, lower)).toBe(false)
  })

  test('a row that waits for its owner can be taken back', () => {
    const { image, nodes, order } = makeTree()
    const at = { sequence: 1, time: instant(1), idCounter: 3 }
    const load = (rows: [Id, Id | null][], removed: Id[] = []) =>
      image.apply([{ table: 'nodes', columns: ['owner'], rows, removed }], at)
    const [root, owner, waiting] = [1, 2, 3] as Id[]
    load([[waiting!, owner!]])
    load([], [waiting!])
    load([[root!, null]])
    load([[owner!, root!]])
    expect([...order.beneath(order.top)].map((row: Row) => nodes.id(row))).toEqual([root, owner])
  })

  test('stays in order while one gap is filled again and again', () => {
    const tree = makeTree()
    const root = tree.add(null)
    let deep = root
    for (let level = 0; level < 30; level += 1) deep = tree.add(deep)
    for (let round = 0; round < 2_000; round += 1) {
      const child = tree.add(deep)
      if (!tree.isAtOrAbove(root, child) || !tree.isAtOrAbove(deep, child) || tree.isAtOrAbove(child, deep))
        throw new Error(`expected the order to hold in round ${round}`)
    }
    const { order, nodes } = tree
    expect([...order.beneath(nodes.row(root))]).toHaveLength(2_031)
  })

  test('a second root, and a removal with something beneath, are broken rules', () => {
    const tree = makeTree()
    const root = tree.add(null)
    tree.add(root)
    expect(() => tree.add(null)).toThrow('expected one root')
    expect(() => tree.nodes.displace(tree.nodes.row(root))).toThrow('none beneath')
  })

  test('a move beneath itself is a broken rule', () => {
    const tree = makeTree()
    const root = tree.add(null)
    const upper = tree.add(root)
    const lower = tree.add(upper)
    expect(() => tree.nodes.owner.set(tree.nodes.row(upper), lower)).toThrow('outside of what moves')
  })
})
