// SPDX-License-Identifier: Apache-2.0
// kafkajs against one broker: what goes in comes out, and the life of a consumer group.
import kafkajs from 'kafkajs'
import assert from 'node:assert'

const { Kafka, CompressionTypes, logLevel } = kafkajs
const records = 20_000
const epoch = 1_700_000_000_000
const kafka = new Kafka({ brokers: [process.argv[2]], logLevel: logLevel.NOTHING })

const valueOf = i => (i % 7 === 0 ? null : i % 10 === 0 ? '' : `value-${i}`)

async function until (condition, what) {
  for (const deadline = Date.now() + 30_000; !condition();) {
    assert(Date.now() < deadline, what())
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

// A member of a group; `partitions` is what it owns.
async function join (group, topic, eachMessage) {
  const consumer = kafka.consumer({ groupId: group, heartbeatInterval: 200, sessionTimeout: 10_000, maxWaitTimeInMs: 100 })
  const member = { consumer, partitions: [], leave: () => consumer.disconnect() }
  consumer.on(consumer.events.GROUP_JOIN, event => { member.partitions = event.payload.memberAssignment[topic] ?? [] })
  consumer.on(consumer.events.CRASH, event => { member.crashed = event.payload.error })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({ eachMessage })
  return member
}

async function roundTrip (admin, name, compression) {
  const topic = `kafkajs-${name}`
  await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] })
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  for (let first = 0; first < records; first += 1000) {
    const messages = Array.from({ length: 1000 }, (_, n) => first + n).map(i => ({
      key: `${i}`, value: valueOf(i), timestamp: `${epoch + i}`, partition: i % 2, headers: { number: `${i}` }
    }))
    await producer.send({ topic, messages, compression, acks: -1 })
  }
  await producer.disconnect()
  let read = 0
  const reader = await join(`reader-${name}`, topic, async ({ partition, message }) => {
    const i = Number(message.offset) * 2 + partition
    assert.equal(message.key.toString(), `${i}`)
    assert.equal(message.value === null ? null : message.value.toString(), valueOf(i))
    assert.equal(message.timestamp, `${epoch + i}`)
    assert.equal(message.headers.number.toString(), `${i}`)
    read++
  })
  await until(() => read === records || reader.crashed, () => `${read} of ${records}`)
  assert.equal(reader.crashed, undefined)
  await reader.leave()
  const offsets = await admin.fetchTopicOffsets(topic)
  assert.deepEqual(offsets.map(each => each.high), [`${records / 2}`, `${records / 2}`])
  console.log(`kafkajs ${name}: ${records} records, all back`)
}

async function groupLife (admin) {
  const topic = 'kafkajs-life'
  const seen = new Map()
  await admin.createTopics({ topics: [{ topic, numPartitions: 6 }] })
  const producer = kafka.producer()
  await producer.connect()
  const produce = first => producer.send({ topic, messages: Array.from({ length: 3000 }, (_, n) => first + n).map(i => ({
    value: `${i}`, partition: i % 6 })) })
  const read = async ({ message }) => { seen.set(message.value.toString(), (seen.get(message.value.toString()) ?? 0) + 1) }
  const one = await join('life', topic, read)
  const two = await join('life', topic, read)
  await until(() => one.partitions.length === 3 && two.partitions.length === 3, () => `${one.partitions} ${two.partitions}`)
  await produce(0)
  await until(() => seen.size === 3000, () => `${seen.size}`)
  await two.leave()
  await until(() => one.partitions.length === 6, () => `${one.partitions}`)
  await produce(3000)
  await until(() => seen.size === 6000, () => `${seen.size}`)
  const { groups: [described] } = await admin.describeGroups(['life'])
  assert.equal(described.state, 'Stable')
  assert.equal(described.members.length, 1)
  await one.leave()
  const three = await join('life', topic, read)
  await produce(6000)
  await until(() => seen.size === 9000, () => `${seen.size}`)
  await three.leave()
  assert.deepEqual([...new Set(seen.values())], [1])
  const [{ partitions }] = await admin.fetchOffsets({ groupId: 'life', topics: [topic] })
  assert.deepEqual(partitions.map(each => each.offset), Array(6).fill('1500'))
  await admin.deleteGroups(['life'])
  const { groups } = await admin.listGroups()
  assert(!groups.some(each => each.groupId === 'life'))
  await producer.disconnect()
  console.log(`kafkajs: ${seen.size} records, each once, by members that came and went`)
}

const admin = kafka.admin()
await admin.connect()
await roundTrip(admin, 'none', CompressionTypes.None)
await roundTrip(admin, 'gzip', CompressionTypes.GZIP)
await groupLife(admin)
await admin.disconnect()
