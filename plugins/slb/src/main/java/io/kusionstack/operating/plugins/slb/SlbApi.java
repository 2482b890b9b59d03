package io.kusionstack.operating.plugins.slb;

import java.time.Instant;
import java.util.List;

/** What we ask of the load balancer's API. Each call blocks until it is answered, no longer than until the deadline. */
interface SlbApi extends AutoCloseable {
    /** False if the list of the account's load balancers in the region is complete and does not have it: the only proof. */
    boolean isThere(String loadBalancer, Instant deadline) throws SlbRefusal;

    /** The ids of all groups of the load balancer: the only proof that one is not there. */
    List<String> groups(String loadBalancer, Instant deadline) throws SlbRefusal;

    ServerGroup group(String id, Instant deadline) throws SlbRefusal;

    /** What every listener of the load balancer says of every backend. */
    List<HealthRow> health(String loadBalancer, Instant deadline) throws SlbRefusal;

    /** At most a batch. Servers that are there already stay as they are. */
    void add(String group, List<Server> servers, Instant deadline) throws SlbRefusal;

    /** Sets weight and description of servers that are there. At most a batch. */
    void set(String group, List<Server> servers, Instant deadline) throws SlbRefusal;

    /** At most a batch. Servers that are not there are no mistake. */
    void remove(String group, List<Server> servers, Instant deadline) throws SlbRefusal;

    @Override
    void close();
}
