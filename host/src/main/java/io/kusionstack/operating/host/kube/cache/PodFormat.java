package io.kusionstack.operating.host.kube.cache;

import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.plan.PodRecord;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An encoding in which the API server sends Pods. The same Pod gives an equal record in each of them. A value of one Pod that
 * cannot be read counts as absent; bytes that are not of the encoding are an {@link IOException} whose message names the
 * fault. Any thread.
 */
interface PodFormat {
    /** Annotation of the bookmark after the Pods with which a watch began. */
    String INITIAL_END = "k8s.io/initial-events-end";

    /** The Pod in the body of a response. */
    PodRecord pod(byte[] body) throws IOException;

    /** Hands each Pod of a page of a list to {@code each}. */
    Page page(byte[] body, Consumer<PodRecord> each) throws IOException;

    /** The events of a watch, one after the other. */
    Events events(InputStream body) throws IOException;

    /** The same answer with its Status in JSON, as {@link ApiResponse} reads it; unchanged if it has none. */
    ApiResponse refusal(ApiResponse answer);

    /**
     * What a page says beside its Pods.
     *
     * @param version of the list
     * @param next token of the next page, empty after the last
     */
    record Page(long version, String next) {}

    /** An open watch. One thread; closing it closes the stream. */
    interface Events extends Closeable {
        /**
         * The next event; waits for it.
         *
         * @return null at the end of the watch
         */
        @Nullable
        PodEvent next() throws IOException;
    }
}
