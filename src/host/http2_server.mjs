// An HTTP/2 server over TLS for http2_test.cpp: every request is answered with which connection it
// came over and how many were under way with it. `node http2_server.mjs KEY CERT PORT_FILE`
import http2 from 'node:http2';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

const [key, cert, portFile] = process.argv.slice(2);
const server = http2.createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) });
let connections = 0;
server.on('session', (session) => {
  session.number = ++connections;
  session.under = 0;
});
server.on('stream', (stream, headers) => {
  const session = stream.session;
  const together = ++session.under;
  // Long enough for the others to arrive.
  setTimeout(() => {
    --session.under;
    stream.respond({ ':status': 200, 'content-type': 'application/json' });
    stream.end(JSON.stringify({ connection: session.number, path: headers[':path'], together }));
  }, 150);
});
server.listen(0, '127.0.0.1', () => {
  writeFileSync(portFile + '.new', String(server.address().port));
  renameSync(portFile + '.new', portFile);
});
setTimeout(() => process.exit(0), 30_000); // outlives no test
