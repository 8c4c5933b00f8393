// The endpoint that providers post to: verify, store, answer. What the event means is worked out later, from the store.
import {
  BadRequestException, Controller, HttpCode, Logger, NotFoundException, Param, PayloadTooLargeException, Post, Req, UnauthorizedException,
} from '@nestjs/common';
import type { RawBodyRequest } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { isDomainError } from '@countinghouse/kernel';
import { WebhookInbox } from './webhook-inbox';

/** Far above any webhook of a payment provider, far below what would hurt. */
const BODY_LIMIT_BYTES = 256 * 1024;

@Controller('webhooks')
export class WebhookController {
  private readonly log = new Logger(WebhookController.name);

  constructor(private readonly inbox: WebhookInbox) {}

  /** 200 when it is stored, 401 for a bad or old signature, 404 for an unknown provider, 413 for an oversized body. */
  @Post(':provider')
  @HttpCode(200)
  async receive(@Param('provider') provider: string, @Req() request: RawBodyRequest<IncomingMessage>): Promise<void> {
    const { rawBody } = request;
    if (rawBody === undefined) throw new BadRequestException('a webhook needs a JSON body');
    if (rawBody.length > BODY_LIMIT_BYTES) throw new PayloadTooLargeException();
    try {
      await this.inbox.receive(provider, rawBody, request.headers);
    } catch (error) {
      if (isDomainError(error) && error.code === 'PROVIDER_UNKNOWN') throw new NotFoundException();
      if (isDomainError(error) && error.code === 'WEBHOOK_REFUSED') {
        // The sender learns that it was refused, not why.
        this.log.warn(error.message);
        throw new UnauthorizedException();
      }
      throw error;
    }
  }
}
