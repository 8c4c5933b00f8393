// What goes over HTTP beside GraphQL; one for all contexts, so that the bounds on what runs at once hold for the process.
import { Module } from '@nestjs/common';
import { Downloads } from './downloads';
import { ImportsUploadController } from './imports-upload.controller';
import { UploadLimits, Uploads } from './uploads';

@Module({ providers: [Downloads, Uploads, UploadLimits], controllers: [ImportsUploadController], exports: [Downloads, Uploads] })
export class PlatformHttpModule {}
