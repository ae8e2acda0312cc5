// The real gateway in a process of its own, so that a test can kill it like a power cut would and so that its work
// does not stall the test's event loop. Started by gateway.mjs; speaks over node's IPC channel only.
import { startGateway } from '../../tools/gateway/main.mjs';

let gateway;

process.on('message', async (message) => {
  if (message.start) {
    try {
      gateway = await startGateway(message.start);
      process.send({ started: { url: gateway.url, port: gateway.port } });
    } catch (error) {
      process.send({ failed: String(error?.stack ?? error) });
    }
  }
  if (message.ask === 'requests') process.send({ requests: gateway.requests });
  if (message.ask === 'calls') process.send({ calls: gateway.calls });
  if (message.close) {
    await gateway?.close();
    process.disconnect();
  }
});
// The test has gone: nothing may be left behind.
process.on('disconnect', () => setTimeout(() => process.exit(0), 100).unref());
