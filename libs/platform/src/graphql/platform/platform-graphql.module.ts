// The platform's own part of the schema: issuers, runs, imports, proofs, parked deliveries, test clocks.
import { Module } from '@nestjs/common';
import { IssuerResolver, ViewerResolver } from './issuer.resolver';
import { OperationsResolver } from './operations.resolver';
import { RunResolver } from './run.resolver';
import { TestClockResolver } from './test-clock.resolver';

@Module({ providers: [IssuerResolver, ViewerResolver, RunResolver, OperationsResolver, TestClockResolver] })
export class PlatformGraphqlModule {}
