import com.alibaba.nacos.api.NacosFactory;
import com.alibaba.nacos.api.naming.NamingService;
import com.alibaba.nacos.api.naming.pojo.Instance;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * Registers instances with Nacos's own client, and keeps them registered until its input ends. A client has one instance of a service:
 * of another one there is another client, as if there were another application.
 *
 * <p>Arguments: address, namespace, user, password (the last three may be empty). Input, a line each, its words separated by tabs:
 * {@code register GROUP SERVICE IP PORT CLUSTER WEIGHT ENABLED EPHEMERAL KEY=VALUE…} or {@code deregister GROUP SERVICE IP PORT CLUSTER}.
 * Each is answered with {@code done}, or with what went wrong.
 */
public final class Register {
  private final Properties properties;
  private final List<NamingService> clients = new ArrayList<>();
  /** Instance → who registered it. */
  private final Map<String, NamingService> owners = new HashMap<>();

  private Register(Properties properties) {
    this.properties = properties;
  }

  public static void main(String[] arguments) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("serverAddr", arguments[0]);
    String[] keys = {"namespace", "username", "password"};
    for (int i = 0; i < keys.length; i++) {
      if (!arguments[i + 1].isEmpty()) {
        properties.setProperty(keys[i], arguments[i + 1]);
      }
    }
    Register register = new Register(properties);
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      try {
        register.carryOut(line.split("\t"));
        System.out.println("done");
      } catch (Exception error) {
        System.out.println("failed: " + error);
      }
      System.out.flush();
    }
    for (NamingService client : register.clients) {
      client.shutDown();
    }
    System.exit(0);
  }

  /** A client that has no instance of the service yet. */
  private NamingService clientFor(String service) throws Exception {
    for (NamingService client : clients) {
      if (!owners.entrySet().stream().anyMatch(one -> one.getKey().startsWith(service) && one.getValue() == client)) {
        return client;
      }
    }
    clients.add(NacosFactory.createNamingService(properties));
    return clients.get(clients.size() - 1);
  }

  private void carryOut(String[] words) throws Exception {
    String service = words[1] + "\t" + words[2] + "\t";
    String key = service + words[3] + "\t" + words[4] + "\t" + words[5];
    if (words[0].equals("deregister")) {
      owners.remove(key).deregisterInstance(words[2], words[1], words[3], Integer.parseInt(words[4]), words[5]);
      return;
    }
    Instance instance = new Instance();
    instance.setIp(words[3]);
    instance.setPort(Integer.parseInt(words[4]));
    instance.setClusterName(words[5]);
    instance.setWeight(Double.parseDouble(words[6]));
    instance.setEnabled(Boolean.parseBoolean(words[7]));
    instance.setEphemeral(Boolean.parseBoolean(words[8]));
    for (int i = 9; i < words.length; i++) {
      String[] pair = words[i].split("=", 2);
      instance.addMetadata(pair[0], pair[1]);
    }
    NamingService client = owners.containsKey(key) ? owners.get(key) : clientFor(service);
    client.registerInstance(words[2], words[1], instance);
    owners.put(key, client);
  }
}
