// A company's identity provider on this machine: node provider.js FORMAT CLIENTS
//
// FORMAT: of access tokens, jwt or opaque. CLIENTS: a JSON list, as OpenID Connect registers them.
// Everyone can sign in with any password; `recruiter-…` is in the group Recruiting.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';

import Provider from 'oidc-provider';

const SCOPES = ['sourcing:read', 'sourcing:spend', 'sourcing:contacts'];
const [format, clients] = process.argv.slice(2);
const server = createServer();

await new Promise((listening) => server.listen(0, '127.0.0.1', listening));

const issuer = `http://127.0.0.1:${server.address().port}`;
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const provider = new Provider(issuer, {
  clients: JSON.parse(clients),
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'signing', alg: 'ES256', use: 'sig' }] },
  cookies: { keys: ['cookies of the provider'] },
  scopes: ['openid', 'offline_access', ...SCOPES],
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  extraTokenClaims: (_, { accountId: id }) => ({
    email: `${id}@example.com`,
    groups: id.startsWith('recruiter') ? ['Staff', 'Recruiting'] : ['Staff'],
  }),
  rotateRefreshToken: true,
  issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
  features: {
    introspection: { enabled: true, allowedPolicy: () => true },
    registration: { enabled: true },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({
        audience: resource,
        scope: SCOPES.join(' '),
        accessTokenFormat: format,
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
});

server.on('request', provider.callback());
console.log(issuer);
