using System.Security.Cryptography;
using System.Text;
using BrokerIm.Core.Security;
using BrokerIm.Tests.Conformance;
using MySqlConnector;

namespace BrokerIm.Tests.Flow.Import;

/// <summary>A database as a TeamTalk server has it (protocol chapter 09 section 1), on a real MariaDB; dropped in the end.</summary>
internal sealed class OldDatabase : IAsyncDisposable
{
    private const int Shards = 8;

    private const string Schema =
        """
        CREATE TABLE IMDepart (id int unsigned PRIMARY KEY, departName varchar(64), priority int unsigned, parentId int unsigned,
            status int unsigned, created int unsigned, updated int unsigned);
        CREATE TABLE IMUser (id int unsigned PRIMARY KEY, sex tinyint unsigned, name varchar(32), domain varchar(32), nick varchar(32),
            password varchar(32), salt varchar(4), phone varchar(11), email varchar(64), avatar varchar(255), departId int unsigned,
            status tinyint unsigned, created int unsigned, updated int unsigned, push_shield_status tinyint unsigned,
            sign_info varchar(128));
        CREATE TABLE IMGroup (id int PRIMARY KEY, name varchar(256), avatar varchar(256), creator int unsigned, type tinyint unsigned,
            userCnt int unsigned, status tinyint unsigned, version int unsigned, lastChated int unsigned, created int unsigned,
            updated int unsigned);
        CREATE TABLE IMGroupMember (id int AUTO_INCREMENT PRIMARY KEY, groupId int unsigned, userId int unsigned,
            status tinyint unsigned, created int unsigned, updated int unsigned);
        CREATE TABLE IMRelationShip (id int PRIMARY KEY, smallId int unsigned, bigId int unsigned, status tinyint unsigned,
            created int unsigned, updated int unsigned);
        CREATE TABLE IMRecentSession (id int AUTO_INCREMENT PRIMARY KEY, userId int unsigned, peerId int unsigned,
            type tinyint unsigned, status tinyint unsigned, created int unsigned, updated int unsigned);
        CREATE TABLE IMAudio (id int PRIMARY KEY, fromId int unsigned, toId int unsigned, path varchar(255), size int unsigned,
            duration int unsigned, created int unsigned);
        CREATE TABLE IMDiscovery (id int unsigned PRIMARY KEY, itemName varchar(64), itemUrl varchar(64), itemPriority int unsigned,
            status int unsigned, created int unsigned, updated int unsigned);
        """;

    private readonly string _name = $"brokerim_{Guid.NewGuid():n}";
    private readonly MySqlConnection _connection;

    private OldDatabase(string server)
    {
        _connection = new(server);
        ConnectionString = $"{server};Database={_name}";
    }

    /// <summary>What the import command is given.</summary>
    public string ConnectionString { get; }

    /// <summary>An empty one.</summary>
    public static async Task<OldDatabase> CreateAsync()
    {
        var database = new OldDatabase(Service.Address("BROKERIM_TEST_MARIADB"));
        await database._connection.OpenAsync(TestContext.Current.CancellationToken);
        await database.RunAsync($"CREATE DATABASE {database._name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin; USE {database._name}; {Schema}");
        for (var shard = 0; shard < Shards; shard++)
        {
            await database.RunAsync(
                $"""
                CREATE TABLE IMMessage_{shard} (id int AUTO_INCREMENT PRIMARY KEY, relateId int unsigned, fromId int unsigned,
                    toId int unsigned, msgId int unsigned, content varchar(4096), type tinyint unsigned, status tinyint unsigned,
                    updated int unsigned, created int unsigned, KEY relate (relateId));
                CREATE TABLE IMGroupMessage_{shard} (id int AUTO_INCREMENT PRIMARY KEY, groupId int unsigned, userId int unsigned,
                    msgId int unsigned, content varchar(4096), type tinyint unsigned, status int unsigned, updated int unsigned,
                    created int unsigned, KEY grp (groupId));
                """);
        }

        return database;
    }

    /// <summary>Runs statements.</summary>
    public async Task RunAsync(string statements, params (string Name, object Value)[] values)
    {
        await using var command = new MySqlCommand(statements, _connection) { CommandTimeout = 300 };
        foreach (var (name, value) in values)
            command.Parameters.AddWithValue(name, value);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Adds a user whose password was stored as a TeamTalk server does.</summary>
    public Task AddUserAsync(uint id, string name, string password, string salt = "4711", uint status = 0, uint department = 1)
    {
#pragma warning disable CA5351 // As a TeamTalk server stored it.
        var hash = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(PasswordRecord.ClientText(password) + salt)));
#pragma warning restore CA5351
        return RunAsync(
            "INSERT INTO IMUser VALUES (@id, 1, @name, @name, @name, @hash, @salt, '123', 'a@b.c', '', @dept, @status, 100, 100, 1, '签名')",
            ("id", id), ("name", name), ("hash", hash), ("salt", salt), ("dept", department), ("status", status));
    }

    /// <summary>Adds a message between two users.</summary>
    public Task AddMessageAsync(
        uint relation, uint from, uint to, uint id, string content, long created, uint type = 1, uint status = 0) => RunAsync(
        $"INSERT INTO IMMessage_{relation % Shards} VALUES (NULL, @relation, @from, @to, @id, @content, @type, @status, @time, @time)",
        ("relation", relation), ("from", from), ("to", to), ("id", id), ("content", content), ("type", type), ("status", status),
        ("time", created));

    /// <summary>Adds a message to a group.</summary>
    public Task AddGroupMessageAsync(uint group, uint from, uint id, string content, long created, uint type = 17) => RunAsync(
        $"INSERT INTO IMGroupMessage_{group % Shards} VALUES (NULL, @group, @from, @id, @content, @type, 0, @time, @time)",
        ("group", group), ("from", from), ("id", id), ("content", content), ("type", type), ("time", created));

    public async ValueTask DisposeAsync()
    {
        await using var drop = new MySqlCommand($"DROP DATABASE IF EXISTS {_name}", _connection);
        await drop.ExecuteNonQueryAsync(CancellationToken.None);
        await _connection.DisposeAsync();
    }
}
