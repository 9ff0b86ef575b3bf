// The second bundle: everything of core that the extension uses, loaded at first use.
export { openDataFolder, resolveDataFolder } from '../core/dataFolder.ts';
export { examine } from '../core/doctor.ts';
export { CodedError, isCoded } from '../core/errors.ts';
export { parseGatewayUrl } from '../core/gateway/connection.ts';
export {
  embeddedGatewayStatus,
  startEmbeddedGateway,
  stopEmbeddedGateway,
} from '../core/gateway/embedded/gatewayProcess.ts';
export { readHeaders } from '../core/gateway/headers.ts';
export { createGatewayHttp } from '../core/gateway/http.ts';
export { identifyServer } from '../core/gateway/serverKind.ts';
export { openInterpreter } from '../core/interpreter.ts';
export { downloadPlaces, nameFromWords, numberedName } from '../core/registry/downloadPlaces.ts';
export { openCopy, sweepCopies } from '../core/registry/openCopies.ts';
export { watchChanges } from '../core/registry/watchChanges.ts';
export { saveFile } from '../core/registry/saveFile.ts';
export { zipFiles } from '../core/registry/zipFiles.ts';
export { watchRun } from '../core/run/liveFiles.ts';
export { isLasting } from '../core/run/events.ts';
export { resolveAttachable } from '../core/workspace/attachable.ts';
export { describeError, describeExamination, describeNotice, receiptOf, recordWords } from './words.ts';
