package io.kusionstack.operating.testbed.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Reads audit logs, also of an API server that still writes. */
public final class AuditLog {
    private AuditLog() {}

    /**
     * The events of a log in the order in which they were written, read as the stream goes on; close it.
     *
     * <p>The server writes an event when it has answered, so the newest may not be there yet; a half-written one at the end is left out.
     *
     * @throws UncheckedIOException from the stream, if a line before the last is no event
     */
    public static Stream<AuditEvent> read(Path log) throws IOException {
        return read(log, 0);
    }

    /**
     * As {@link #read(Path)}, without the lines that begin before a position: the size that the file had when something began. A long
     * log is so read in the time that its end takes.
     */
    public static Stream<AuditEvent> read(Path log, long from) throws IOException {
        BufferedReader reader = reader(log, from);
        Iterator<AuditEvent> events =
                new Events(from == 0 ? log.toString() : log + " from byte " + from + " on,", reader);
        int order = Spliterator.ORDERED | Spliterator.NONNULL;
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(events, order), false)
                .onClose(() -> close(reader));
    }

    private static BufferedReader reader(Path log, long from) throws IOException {
        InputStream file = Files.newInputStream(log);
        try {
            // The byte before tells whether a line begins here.
            file.skipNBytes(Math.max(0, from - 1));
            BufferedReader reader = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8));
            if (from > 0) {
                reader.readLine();
            }
            return reader;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private static void close(BufferedReader reader) {
        try {
            reader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Events implements Iterator<AuditEvent> {
        private final JsonMapper json = JsonMapper.builder().build();
        private final String log;
        private final BufferedReader reader;
        private @Nullable AuditEvent next;
        private long line;

        Events(String log, BufferedReader reader) {
            this.log = log;
            this.reader = reader;
        }

        @Override
        public boolean hasNext() {
            if (next == null) {
                next = read();
            }
            return next != null;
        }

        @Override
        public AuditEvent next() {
            AuditEvent event = next == null ? read() : next;
            next = null;
            if (event == null) {
                throw new NoSuchElementException();
            }
            return event;
        }

        private @Nullable AuditEvent read() {
            try {
                String text = reader.readLine();
                line++;
                return text == null ? null : parse(text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private @Nullable AuditEvent parse(String text) throws IOException {
            try {
                return AuditEvent.of(json.readTree(text));
            } catch (JsonProcessingException e) {
                if (reader.readLine() == null) {
                    return null;
                }
                throw new IOException(log + " line " + line + " is not an audit event: " + e.getOriginalMessage(), e);
            }
        }
    }
}
