package io.kusionstack.operating.testbed.junit;

import io.kusionstack.operating.testbed.api.Connection;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.controlplane.ControlPlaneOptions;
import io.kusionstack.operating.testbed.nodes.NodesConfig;
import io.kusionstack.operating.testbed.nodes.SimulatedNodes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Gives tests a real control plane, one for all test classes of a run, and a namespace of their own.
 *
 * <pre>{@code
 * @ExtendWith(TestCluster.class)
 * class EvictionIT {
 *     @Test
 *     void isRefused(ControlPlane cluster, Connection admin, TestNamespace namespace) { ... }
 * }
 * }</pre>
 *
 * <p>A {@link Connection} is that of {@code admin}. Beside it {@code host}, {@code nodes} and {@code guest} have tokens and, until the
 * test gives them some, no rights. What a {@code @BeforeAll} method asks for belongs to the class: its tests then share that namespace.
 *
 * <p>{@link SimulatedNodes}, when asked for, are three nodes that all tests of the control plane share, with a kubelet's cadence; a
 * test's scripts name its own namespace: {@code nodes.play(NodeScript.forPod(namespace.name() + "/*").neverReady())}.
 *
 * <p>When a test fails, the logs stay and the log says where; {@code -Doperating.testbed.keep=true} keeps them always.
 */
public final class TestCluster implements ParameterResolver, TestWatcher {
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(TestCluster.class);
    private static final int NODES = 3;
    private static final Set<Class<?>> KNOWN =
            Set.of(ControlPlane.class, Connection.class, TestNamespace.class, SimulatedNodes.class);

    private final ControlPlaneOptions options;

    /** Everything runs, with audit log. */
    public TestCluster() {
        this(defaults());
    }

    private TestCluster(ControlPlaneOptions options) {
        this.options = options;
    }

    /**
     * For {@code @RegisterExtension}: a control plane as the options say, shared by all that ask for equal ones. Begin with {@link #defaults}.
     */
    public static TestCluster with(ControlPlaneOptions options) {
        return new TestCluster(options);
    }

    /** What {@code @ExtendWith(TestCluster.class)} starts. */
    public static ControlPlaneOptions defaults() {
        ControlPlaneOptions options = ControlPlaneOptions.defaults().withUsers("host", "nodes", "guest");
        Path target = Path.of("target").toAbsolutePath();
        return Files.isDirectory(target) ? options.under(target.resolve("testbed")) : options;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return KNOWN.contains(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        if (type == ControlPlane.class) {
            return cluster(context);
        }
        if (type == Connection.class) {
            return cluster(context).connection(ControlPlaneOptions.ADMIN);
        }
        if (type == TestNamespace.class) {
            return namespace(context);
        }
        if (type == SimulatedNodes.class) {
            return nodes(context);
        }
        throw new ParameterResolutionException("No parameter of type " + type.getName() + ", known are " + KNOWN);
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        cluster(context).keepFolder();
    }

    private ControlPlane cluster(ExtensionContext context) {
        return context.getRoot().getStore(STORE).getOrComputeIfAbsent(options, ControlPlane::start, ControlPlane.class);
    }

    private SimulatedNodes nodes(ExtensionContext context) {
        Connection admin = cluster(context).connection(ControlPlaneOptions.ADMIN);
        return context.getRoot()
                .getStore(STORE)
                .getOrComputeIfAbsent(
                        admin, key -> SimulatedNodes.start(key, NodesConfig.of(NODES)), SimulatedNodes.class);
    }

    private TestNamespace namespace(ExtensionContext context) {
        String prefix = context.getRequiredTestClass().getSimpleName();
        return context.getStore(STORE)
                .getOrComputeIfAbsent(
                        TestNamespace.class,
                        key -> LentNamespace.create(cluster(context).connection(ControlPlaneOptions.ADMIN), prefix),
                        LentNamespace.class)
                .namespace();
    }
}
