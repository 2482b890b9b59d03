package io.kusionstack.operating.host.kube.cache;

import java.io.IOException;

/**
 * An object of the API in its envelope: the bytes {@code k8s\0}, then a message {@code Unknown} with the kind of the object and
 * its bytes. Source: {@code k8s.io/apimachinery/pkg/runtime/generated.proto} and {@code serializer/protobuf/protobuf.go}
 * beside it.
 *
 * @param kind for example {@code Pod}
 */
record ProtobufEnvelope(String kind, ProtobufCursor object) {
    /** The bytes of {@code k8s\0}. */
    static final int MAGIC = 0x6b387300;

    static final int TYPE_META = 1;
    static final int RAW = 2;
    static final int CONTENT_ENCODING = 3;

    /** Of a {@code TypeMeta}. */
    static final int KIND = 2;

    /** Opens the envelope that takes up {@code length} bytes at {@code from}. */
    static ProtobufEnvelope open(byte[] bytes, int from, int length, Interner shared) throws IOException {
        if (length < Integer.BYTES || magic(bytes, from) != MAGIC) {
            throw new IOException(
                    "an object of " + length + " bytes does not begin with k8s\\0, as all in protobuf do");
        }
        ProtobufCursor unknown = new ProtobufCursor(bytes, from + Integer.BYTES, length - Integer.BYTES, shared);
        ProtobufCursor object = new ProtobufCursor(bytes, from, 0, shared);
        String kind = "";
        for (int field = unknown.field(); field != 0; field = unknown.field()) {
            switch (field) {
                case TYPE_META -> kind = kind(unknown.bytes());
                case RAW -> object = unknown.bytes();
                case CONTENT_ENCODING -> plain(unknown.own());
                default -> unknown.skip();
            }
        }
        return new ProtobufEnvelope(kind, object);
    }

    /** True if the bytes begin as an envelope does. */
    static boolean isOne(byte[] bytes) {
        return bytes.length >= Integer.BYTES && magic(bytes, 0) == MAGIC;
    }

    private static int magic(byte[] bytes, int from) {
        int magic = 0;
        for (int i = from; i < from + Integer.BYTES; i++) {
            magic = magic << Byte.SIZE | bytes[i] & 0xff;
        }
        return magic;
    }

    private static String kind(ProtobufCursor type) throws IOException {
        String kind = "";
        for (int field = type.field(); field != 0; field = type.field()) {
            if (field == KIND) {
                kind = type.common();
            } else {
                type.skip();
            }
        }
        return kind;
    }

    private static void plain(String encoding) throws IOException {
        if (!encoding.isEmpty()) {
            throw new IOException("an object is encoded as " + encoding + ", which was not asked for");
        }
    }
}
