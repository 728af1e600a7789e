// Where requests to the outside may go, and that nothing leads them elsewhere.
import type { RequestListener } from 'node:http'
import { afterEach, describe, expect, it, test } from 'vitest'
import { type Listening, listen } from '../testing/receiver.js'
import { isInside, makeOutbound } from './outbound.js'

describe('addresses that are not the public internet', () => {
  test.each([
    '0.0.0.0',
    '10.0.0.1',
    '10.255.255.255',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.7',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::FFFF:10.0.0.1',
    '0:0:0:0:0:ffff:c0a8:101',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '100::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fdff::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
  ])('%s is inside', (address) => expect(isInside(address)).toBe(true))

  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '::ffff:8.8.8.8',
    '::ffff:808:808',
    '2606:4700:4700::1111',
  ])('%s is outside', (address) => expect(isInside(address)).toBe(false))

  test.each(['', 'localhost', '2130706433', '0x7f000001', '0177.0.0.1', '127.1', '1.1.1.1.1', '[::1]'])(
    'what is not written as an address, such as "%s", counts as inside',
    (text) => expect(isInside(text)).toBe(true),
  )
})

describe('requests', () => {
  const open: Listening[] = []
  afterEach(() => {
    for (const server of open.splice(0)) server.close()
  })
  const serve = async (handler: RequestListener): Promise<string> => {
    const server = await listen(handler)
    open.push(server)
    return server.url
  }
  const outside = makeOutbound({ mayReachPrivateAddresses: false })
  const anywhere = makeOutbound({ mayReachPrivateAddresses: true })

  it('do not reach a private address, however it is written', async () => {
    let count = 0
    const url = await serve((_request, response) => {
      count += 1
      response.end()
    })
    const { port } = new URL(url)
    for (const host of [
      '127.0.0.1',
      'localhost',
      '127.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.0.0.1.',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '0.0.0.0',
    ]) {
      await expect(outside.post(`http://${host}:${port}/`, {}, '{}'), host).rejects.toThrow('not public')
    }
    expect(count).toBe(0)
    expect(await anywhere.post(`http://127.0.0.1:${port}/`, {}, '{}')).toEqual({ status: 200 })
    expect(await anywhere.post(`http://localhost:${port}/`, {}, '{}')).toEqual({ status: 200 })
    expect(count).toBe(2)
  })

  it('do not follow redirects', async () => {
    const paths: (string | undefined)[] = []
    const url = await serve((request, response) => {
      paths.push(request.url)
      response.writeHead(307, { location: '/elsewhere' }).end()
    })
    expect(await anywhere.post(`${url}/hook`, {}, '{}')).toEqual({ status: 307 })
    expect(paths).toEqual(['/hook'])
  })

  it('go over http and https only', async () => {
    await expect(anywhere.post('ftp://example.com/', {}, '{}')).rejects.toThrow('http or https')
    await expect(anywhere.post('file:///etc/passwd', {}, '{}')).rejects.toThrow('http or https')
  })

  it('end when the answer does not come, or does not end', async () => {
    const silent = await serve(() => {})
    const endless = await serve((_request, response) => {
      response.write('x')
    })
    const impatient = makeOutbound({ mayReachPrivateAddresses: true, timeoutMilliseconds: 100 })
    await expect(impatient.post(silent, {}, '{}')).rejects.toThrow('no answer within 0.1 s')
    await expect(impatient.post(endless, {}, '{}')).rejects.toThrow('no answer within 0.1 s')
  })
})
