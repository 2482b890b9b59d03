package io.kusionstack.operating.host;

import io.kusionstack.operating.host.kernel.Controller;
import io.kusionstack.operating.host.kernel.Key;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Rings at a controller that is made later than those who ring, since they need each other. Who rings before
 * {@link #connect} is not heard; nothing streams before that. Any thread.
 */
final class Doorbell implements Consumer<Key> {
    private volatile Optional<Controller> controller = Optional.empty();

    void connect(Controller answering) {
        controller = Optional.of(answering);
    }

    @Override
    public void accept(Key key) {
        controller.ifPresent(answering -> answering.enqueue(key));
    }
}
