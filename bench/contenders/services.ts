// `@jupyterlab/services` as it comes: its own manager, its own connection, its own settings.
import { KernelManager, KernelMessage, ServerConnection, type Kernel } from '@jupyterlab/services';
import type { BenchGateway } from './gateway.ts';

export interface Services {
  /** Executes and waits for the reply and `idle`; resolves with the UTF-8 bytes that were printed. */
  execute(code: string): Promise<number>;
  stop(): Promise<void>;
}

const execute = async (kernel: Kernel.IKernelConnection, code: string): Promise<number> => {
  let bytes = 0;
  const future = kernel.requestExecute({ code });
  future.onIOPub = (message) => {
    if (KernelMessage.isStreamMsg(message)) {
      bytes += Buffer.byteLength(message.content.text);
    }
  };
  await future.done;
  return bytes;
};

/** The manager goes on polling a list that an Enterprise Gateway forbids: that is how it comes. */
export const startServices = async ({ connection }: BenchGateway, kernelName: string): Promise<Services> => {
  const { baseUrl } = connection;
  const manager = new KernelManager({
    serverSettings: ServerConnection.makeSettings({
      baseUrl,
      wsUrl: `ws${baseUrl.slice('http'.length)}`,
      token: connection.token ?? '',
      appendToken: true,
    }),
  });
  manager.ready.catch(() => undefined);
  const kernel = await manager.startNew({ name: kernelName });
  return {
    execute: (code) => execute(kernel, code),
    stop: async () => {
      await kernel.shutdown();
      manager.dispose();
    },
  };
};
